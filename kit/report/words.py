"""The report's own words, in its languages. What tests observed stays as the servers said it."""

from __future__ import annotations

from kit.checklist.rules import Outcome, State

STATES: dict[State, dict[str, str]] = {
    State.PASSED: {"en": "passed", "fr": "réussi"},
    State.FAILED: {"en": "failed", "fr": "échoué"},
    State.WAIVED: {"en": "waived", "fr": "dérogation"},
    State.NOT_RUN: {"en": "not run", "fr": "non exécuté"},
    State.SIGNED_OFF: {"en": "signed off", "fr": "validé"},
    State.NEEDS_SIGN_OFF: {"en": "needs sign-off", "fr": "à valider"},
    State.NOT_APPLICABLE: {"en": "not applicable", "fr": "sans objet"},
}

OUTCOMES: dict[Outcome, dict[str, str]] = {
    Outcome.PASSED: {"en": "passed", "fr": "réussi"},
    Outcome.FAILED: {"en": "failed", "fr": "échoué"},
    Outcome.SKIPPED: {"en": "skipped", "fr": "ignoré"},
    Outcome.NOT_FINISHED: {"en": "not run", "fr": "non exécuté"},
}

UI: dict[str, dict[str, str]] = {
    "title": {"en": "Verification report", "fr": "Rapport de vérification"},
    "tier": {"en": "Tier", "fr": "Environnement"},
    "rehearsal": {
        "en": "rehearsal on local containers, not the office's servers",
        "fr": "répétition sur conteneurs locaux, non les serveurs de l'office",
    },
    "began": {"en": "Begun", "fr": "Début"},
    "took": {"en": "Took", "fr": "Durée"},
    "release": {"en": "Kit", "fr": "Kit"},
    "command": {"en": "Command", "fr": "Commande"},
    "verdict_passed": {
        "en": "No item failed. Items not run or not signed off remain open; they are listed below.",
        "fr": "Aucun point n'a échoué. Les points non exécutés ou non validés restent ouverts ; voir ci-dessous.",
    },
    "verdict_all": {
        "en": "Every item that applies is proved.",
        "fr": "Chaque point applicable est prouvé.",
    },
    "verdict_failed": {
        "en": "At least one item failed, or a test did not finish. The remedy stands beside it.",
        "fr": "Au moins un point a échoué, ou un test n'a pas abouti. Le remède figure à côté.",
    },
    "unfinished": {
        "en": "The run of tests ended before its end. What it had seen until then is below; the rest was not run.",
        "fr": "L'exécution s'est arrêtée avant la fin. Ce qui fut observé figure ci-dessous ; le reste manque.",
    },
    "summary": {"en": "At a glance", "fr": "En bref"},
    "item": {"en": "Item", "fr": "Point"},
    "state": {"en": "State", "fr": "État"},
    "no_test": {"en": "No test observes this yet.", "fr": "Aucun test ne l'observe encore."},
    "without_waiver": {"en": "without the waiver", "fr": "sans la dérogation"},
    "observed": {"en": "Observed", "fr": "Observé"},
    "on": {"en": "on", "fr": "sur"},
    "remedy": {"en": "Remedy", "fr": "Remède"},
    "waiver": {"en": "Waiver", "fr": "Dérogation"},
    "approver": {"en": "approved by", "fr": "accordée par"},
    "until": {"en": "holds until", "fr": "valable jusqu'au"},
    "signoff": {"en": "Sign-off", "fr": "Validation"},
    "other": {"en": "Other tests of this item", "fr": "Autres tests de ce point"},
    "proof": {"en": "proved by", "fr": "preuve par"},
    "proof_test": {"en": "test", "fr": "test"},
    "proof_sign-off": {"en": "sign-off", "fr": "validation"},
    "proof_both": {"en": "test and sign-off", "fr": "test et validation"},
    "signatures": {"en": "Accepted for the office", "fr": "Accepté pour l'office"},
    "name": {"en": "Name and function", "fr": "Nom et fonction"},
    "date": {"en": "Date", "fr": "Date"},
    "signature": {"en": "Signature", "fr": "Signature"},
}
