"""The deployment checklist: what it asks (data), what proves it (tests and sign-offs), and where a tier stands."""
