"""What the records of a kind look like: the shape of their keys and fields, and what a new one may leave out."""

from __future__ import annotations

from abc import ABC

from .by_hand import filled, handle_of
from .conversation import Fields
from .keys import Key
from .shapes import Object, Shape, Wrong


class Shaped(ABC):
    """The part of a resource by which what comes from outside is doubted."""

    name: str
    shape: Object  # of a record's fields; of a file's address too, which an archive keeps beside the record
    key_shape: tuple[Shape, ...] = ()  # of each part of its key
    key_is: str  # what the natural key is made of, for people: "handle", "type, handle"
    key_like: str  # a key as people type one, for sentences: "blue-shirt", "designer/anna"
    handle_from = ""  # the field of which Shopify makes the handle of a new record, where nobody gives one

    @property
    def names_itself(self) -> bool:
        """Whether a new record can do without a key that somebody gave it (`named`)."""
        return bool(self.handle_from) or type(self).named is not Shaped.named

    def validate(self, key: Key, fields: Fields, *, part: bool = False) -> str | None:
        """One sentence on what is wrong with a record from an archive (hostile input), or None.

        `part`: only what is there is judged, because a row may say a part of a record.
        """
        wrong = self.key_problem(key) or self.judged(key, fields, part=part)
        return str(wrong) if wrong is not None else None

    def judged(self, key: Key, fields: Fields, *, part: bool = False) -> Wrong | None:
        """What is wrong with the fields of a record whose key is none of a problem, and where in them."""
        wrong = self.shape.wrong(fields, part)
        if wrong is not None or part:
            return wrong
        says = self.contradiction(key, fields)
        return Wrong((), says, of_it=False) if says is not None else None

    def key_problem(self, key: Key) -> str | None:
        """One sentence on why this cannot be the key of a record, or None."""
        if len(key) != len(self.key_shape):
            return f"the key of {self.shape.noun} must be: {self.key_is}; such as {self.key_like}."
        for number, (shape, part) in enumerate(zip(self.key_shape, key, strict=True)):
            wrong = shape.wrong(part)
            if wrong is not None:
                return str(wrong.inside(number).inside("key"))
        return None

    def typed_key(self, key: Key) -> Key:
        """The key that somebody means who typed this one, which cannot be one (`key_problem`)."""
        return key

    def contradiction(self, key: Key, fields: Fields) -> str | None:
        """One sentence where the key and the fields, each well shaped, cannot be of one record."""
        return None

    def filled(self, key: Key, fields: Fields) -> Fields:
        """The record that a row of a new one means: where it is silent, what a form of the admin has in it."""
        return filled(self.shape, fields)

    def tidied(self, fields: Fields) -> Fields:
        """What rows say of a record, in the order in which records of this kind have it."""
        return fields

    def dated(self, fields: Fields, seconds: float) -> Fields:
        """What is said of a new record, with what a form has in it by its time (seconds since 1970)."""
        return fields

    def named(self, fields: Fields) -> Key | None:
        """The key that a new record gets where nobody gives it one; None where its fields do not say it."""
        handle = handle_of(str(fields.get(self.handle_from) or "")) if self.handle_from else ""
        return (handle,) if handle else None
