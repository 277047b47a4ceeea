"""The messages to clients, in English and in Turkish."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "tr"]

_TEXTS: dict[str, tuple[str, str]] = {
    "required": ("This field is required.", "Bu alan zorunludur."),
    "type": ("A value of another type is needed: {0}.", "Başka türde bir değer gerekli: {0}."),
    "format": ("This is not a valid {0}.", "Geçerli bir {0} değil."),
    "bounds": ("The value is outside its bounds: {0} {1}.", "Değer sınırlarının dışında: {0} {1}."),
    "pair": ("Two values are needed.", "İki değer gerekli."),
    "choice": ("This is none of the allowed values: {0}.", "İzin verilen değerlerden biri değil: {0}."),
    "invalid": ("This is not a valid value.", "Geçerli bir değer değil."),
    "twice": ("This parameter is given more than once.", "Bu parametre birden fazla kez verilmiş."),
    "unknown-parameter": ("There is no such parameter.", "Böyle bir parametre yok."),
    "did-you-mean": (
        "There is no such parameter. Did you mean {0}?",
        "Böyle bir parametre yok. {0} mi demek istediniz?",
    ),
    "not-text": ("The text is not valid Unicode.", "Metin geçerli Unicode değil."),
    "not-json": ("The body is not valid JSON.", "Gövde geçerli JSON değil."),
    "media-type": ("The body must be {0}.", "Gövde {0} olmalıdır."),
    "too-large": ("The body is larger than {0} bytes.", "Gövde {0} bayttan büyük."),
    "unauthorized": ("A valid key is needed in {0}.", "{0} içinde geçerli bir anahtar gerekli."),
    "read-only": ("This key may only read.", "Bu anahtar yalnızca okuyabilir."),
    "not-found": ("Not found.", "Bulunamadı."),
    "method": ("This method is not allowed here.", "Bu yönteme burada izin verilmiyor."),
    "throttled": ("Too many requests; try again in {0} s.", "Çok fazla istek; {0} sn sonra yeniden deneyin."),
    "unavailable": ("Not available at the moment; try again.", "Şu anda kullanılamıyor; yeniden deneyin."),
    "asked-for": ("This failure was asked for.", "Bu hata istendi."),
    "unknown-row": ("There is no row with this value.", "Bu değere sahip bir satır yok."),
    "known-row": ("There is a row with this value.", "Bu değere sahip bir satır var."),
    "changed": ("The row was changed in the meantime.", "Satır bu arada değiştirildi."),
    "new-entry": ("A new entry needs this field.", "Yeni bir kayıt için bu alan gerekli."),
    "internal": ("Unexpected error.", "Beklenmeyen hata."),
}


def say(language: Language, text: str, *values: object) -> str:
    """The sentence of that name in a language, its blanks filled in."""
    return _TEXTS[text][0 if language == "en" else 1].format(*values)


def language(accepted: str | None) -> Language:
    """The language that an Accept-Language header asks for, English where it asks for neither."""
    best: tuple[float, Language] = (0.0, "en")
    for choice in (accepted or "").split(","):
        match = re.fullmatch(r"\s*(en|tr)\b[^;]*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", choice, re.IGNORECASE)
        if match and float(match[2] or 1) > best[0]:
            best = (float(match[2] or 1), "tr" if match[1].lower() == "tr" else "en")
    return best[1]
