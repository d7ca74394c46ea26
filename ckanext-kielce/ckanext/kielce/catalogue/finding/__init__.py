"""How a question becomes a query: words, their forms, synonyms, places, typing errors, weights.

``text`` and ``forms`` know words, ``vocabulary`` reads the two data files, ``lexicon`` holds what is known to this portal,
``understanding`` reads a question, ``query`` writes it for Solr with the weights of ``ranking.yaml``. Everything but the
lexicon's look into the index is pure.
"""
