"""Why a file was not taken → the sentence that tells the resident, and what to do instead."""

from __future__ import annotations

from domain.evidence import MIB, EvidenceLimits, Refusal
from knowledge.texts import Texts

STORAGE_FULL = "evidence.storage_full"
_KEYS = {
    Refusal.EMPTY: "evidence.empty",
    Refusal.TOO_LARGE: "evidence.too_large",
    Refusal.TOO_MANY: "evidence.too_many",
    Refusal.DUPLICATE: "evidence.duplicate",
    Refusal.NOT_TAKEN: "evidence.not_taken",
    Refusal.NOT_A_PICTURE: "evidence.not_a_picture",
    Refusal.DISGUISED: "evidence.disguised",
    Refusal.CORRUPT: "evidence.corrupt",
    Refusal.TOO_MANY_PIXELS: "evidence.too_many_pixels",
    Refusal.ENCRYPTED_PDF: "evidence.encrypted_pdf",
    Refusal.ACTIVE_PDF: "evidence.active_pdf",
}


def sentence_of(refusal: Refusal, texts: Texts, limits: EvidenceLimits) -> str:
    """The sentence for a refusal."""
    megabytes = max(limits.picture_bytes, limits.document_bytes) // MIB
    return texts.line(
        _KEYS[refusal], megabytes=megabytes, pictures=limits.pictures, documents=limits.documents
    )
