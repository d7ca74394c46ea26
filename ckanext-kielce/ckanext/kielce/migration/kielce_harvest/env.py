"""Alembic environment of plugin ``kielce_harvest``: only tables whose name starts with the plugin's name."""

from __future__ import annotations

from logging.config import fileConfig
from pathlib import Path

from alembic import context
from ckan.model.meta import metadata
from sqlalchemy import engine_from_config, pool

config = context.config
fileConfig(config.config_file_name, disable_existing_loggers=False)
name = Path(__file__).resolve().parent.name


def include_object(_object, object_name, type_, _reflected, _compare_to):
    return not (type_ == "table" and not object_name.startswith(name))


def options():
    return {
        "target_metadata": metadata,
        "version_table": f"{name}_alembic_version",
        "include_object": include_object,
    }


def run_migrations_offline():
    context.configure(url=config.get_main_option("sqlalchemy.url"), literal_binds=True, **options())
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online():
    connectable = engine_from_config(
        config.get_section(config.config_ini_section), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    with connectable.connect() as connection:
        context.configure(connection=connection, **options())
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
