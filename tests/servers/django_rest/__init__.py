"""The Products API in Django, its REST framework, django-filter and SQLite."""
