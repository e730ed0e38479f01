"""The kinds of finding that only scores and answers of questionnaires have."""

from __future__ import annotations

from righthelp.onsite.sources.system_kinds import Effect

OUTCOME_KINDS: tuple[tuple[str, Effect, str, str], ...] = (
    (
        "instrument_unknown",
        "dropped",
        "The instrument or score is not one that is known",
        "Say what it means under `values` in the site's column map, or leave such rows out.",
    ),
    ("instrument_not_used", "dropped", "The study does not use this instrument", "Nothing."),
    (
        "items_not_allowed",
        "refused",
        "There are answers to an instrument whose answers may not be held",
        "Delete these rows, and send the score that its licensed system gives.",
    ),
    (
        "score_missing",
        "dropped",
        "The row has no score",
        "Nothing, when the questionnaire was not scored; its answers may be sent instead.",
    ),
    (
        "score_out_of_range",
        "dropped",
        "The score lies outside what the instrument can give",
        "Correct it at its source; check that it is this instrument's.",
    ),
    (
        "score_not_possible",
        "dropped",
        "The instrument gives no such score, though it lies within its range",
        "Check the scoring; raw totals of SWEMWBS need the version raw.",
    ),
    (
        "score_doubled",
        "dropped",
        "Scores of one person, instrument, version and day disagree; none of them is used",
        "Correct them at their source, or give the version of each.",
    ),
    (
        "version_unknown",
        "noted",
        "The version of the instrument is not one that is known; it is compared with itself only",
        "Check its name, and write it in the same way throughout.",
    ),
    (
        "versions_mixed",
        "noted",
        "A person's scores are of several versions; only scores of one version are compared",
        "Nothing, if the site did change from one version to another.",
    ),
    (
        "utility_without_value_set",
        "dropped",
        "The utility was not made with the value set that the study names, or it names none",
        "Send the answers, or give as version the value set that the study names.",
    ),
    (
        "item_unknown",
        "dropped",
        "The instrument has no such item",
        "Name the items as the page on instruments does, or say what they mean in the column map.",
    ),
    (
        "answer_out_of_range",
        "changed",
        "The answer is not one that the item allows and was taken as not answered",
        "Correct it at its source.",
    ),
    (
        "answers_disagree",
        "dropped",
        "Two answers of one person, day and item disagree; nothing of that form is scored",
        "Correct them at their source.",
    ),
)
