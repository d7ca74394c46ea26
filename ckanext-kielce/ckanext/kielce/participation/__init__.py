"""Taking part: reports of mistakes, requests for data, and a gallery of what people made of the data."""
