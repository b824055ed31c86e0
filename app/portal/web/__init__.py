"""What all pages share: layout, language, errors, headers, forms, formats (`setup.init_app`)."""
