"""The Alembic environment that all our plugins share: a plugin's ``env.py`` calls `run`."""

from __future__ import annotations

from logging.config import fileConfig
from pathlib import Path
from typing import Any

from alembic import context
from ckan.model.meta import metadata
from sqlalchemy import engine_from_config, pool


def run(env_file: str) -> None:
    """Run the migrations of the plugin in whose folder ``env.py`` lies: of tables whose name starts with its name."""
    name = Path(env_file).resolve().parent.name
    config = context.config
    if config.config_file_name:
        fileConfig(config.config_file_name, disable_existing_loggers=False)

    def include_object(
        _object: Any, object_name: str, type_: str, _reflected: bool, _compare_to: Any
    ) -> bool:
        return not (type_ == "table" and not object_name.startswith(name))

    options: dict[str, Any] = {
        "target_metadata": metadata,
        "version_table": f"{name}_alembic_version",
        "include_object": include_object,
    }
    if context.is_offline_mode():
        context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    section = config.get_section(config.config_ini_section) or {}
    engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
