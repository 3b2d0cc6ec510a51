"""Negotiations over HTTP: rounds and turns, positions, comments, and the private notes of the caller's own side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.errors import Conflict
from agreements.models import Agreement, Comment, Negotiation, Position, PrivateNote, Round, Stand, Version
from agreements.negotiations import negotiations_visible, notes_visible, side_seated
from agreements.selectors import versions_visible
from agreements.services import clause_accept, clause_object, comment_write, note_write
from slmo.accounts.models import User

Made = TypeVar("Made")
VERSION = r"versions/(?P<number>[0-9]{1,6})"
NUMBER = OpenApiParameter("number", OpenApiTypes.INT, OpenApiParameter.PATH)


class InConflict(APIException):
    """Answer 409 where the words have changed since the caller read them."""

    status_code = status.HTTP_409_CONFLICT


class RoundSerializer(serializers.ModelSerializer[Round]):
    """One proposal as it was put on the table; it never changes."""

    version = serializers.IntegerField(source="version.number", read_only=True)
    answers = serializers.IntegerField(source="answers.number", default=None, read_only=True, allow_null=True)
    clauses = serializers.DictField(child=serializers.CharField(), help_text="The digest of each clause by its key.")
    changed = serializers.ListField(child=serializers.CharField(), help_text="Keys of the clauses that it changes.")

    class Meta:
        model = Round
        fields = (
            "number", "kind", "version", "side", "by_name", "at", "answer_until", "answers", "digest", "note",
            "clauses", "changed",
        )  # fmt: skip
        read_only_fields = fields


class NegotiationSerializer(serializers.ModelSerializer[Negotiation]):
    """One negotiation: whose turn it is, since when and until when, and its rounds."""

    turn = serializers.ChoiceField(["provider", "customer", "both", ""], read_only=True)
    rounds = RoundSerializer(many=True, read_only=True)

    class Meta:
        model = Negotiation
        fields = ("id", "opened_at", "closed_at", "turn", "turn_since", "turn_until", "rounds")
        read_only_fields = fields


class PositionSerializer(serializers.ModelSerializer[Position]):
    """Where one side stands on one clause, for exactly the words with this digest."""

    class Meta:
        model = Position
        fields = ("side", "clause", "digest", "stand", "at")
        read_only_fields = fields


class StandSerializer(serializers.Serializer[Any]):
    """What the caller's side says to a clause of a proposal."""

    clause = serializers.CharField(max_length=120)
    stand = serializers.ChoiceField(Stand.choices)
    digest = serializers.CharField(
        max_length=64, required=False, allow_blank=True, help_text="That of the words that were read."
    )


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A comment on a clause, read by both sides; `thread` is the comment that it answers."""

    version = serializers.IntegerField(source="version.number", read_only=True)
    thread = serializers.IntegerField(source="thread_id", allow_null=True, required=False)

    class Meta:
        model = Comment
        fields = (
            "id", "clause", "version", "thread", "side", "author_name", "text", "at", "resolved_at", "resolved_by",
        )  # fmt: skip
        read_only_fields = ("id", "version", "side", "author_name", "at", "resolved_at", "resolved_by")


class NoteSerializer(serializers.ModelSerializer[PrivateNote]):
    """A private note of the caller's own side."""

    class Meta:
        model = PrivateNote
        fields = ("id", "clause", "author_name", "text", "at")
        read_only_fields = ("id", "author_name", "at")


class NegotiationActions:
    """What an agreement's address offers about its negotiations."""

    get_object: Callable[[], Agreement]

    @extend_schema(summary="Negotiations of an agreement, with turns and rounds",
                   responses=NegotiationSerializer(many=True))  # fmt: skip
    @action(detail=True, methods=["get"], pagination_class=None)
    def negotiations(self, request: Request, slug: str) -> Response:
        """Return the negotiations that the caller may know of, in order."""
        rows = negotiations_visible(request.user).filter(agreement=self.get_object()).order_by("opened_at", "pk")
        found = rows.prefetch_related("rounds__version", "rounds__answers")
        return Response(NegotiationSerializer(found, many=True).data)

    @extend_schema(methods=["GET"], summary="Where both sides stand on the clauses of a proposal",
                   parameters=[NUMBER], responses=PositionSerializer(many=True))  # fmt: skip
    @extend_schema(methods=["POST"], summary="Accept a clause of a proposal, or object to it", parameters=[NUMBER],
                   request=StandSerializer, responses=PositionSerializer(many=True))  # fmt: skip
    @action(detail=True, methods=["get", "post"], url_path=rf"{VERSION}/positions", pagination_class=None)
    def positions(self, request: Request, slug: str, number: str) -> Response:
        """Return the positions on a version, after the caller's own has changed where one is given."""
        version = self._version(request, number)
        if request.method == "POST":
            given = StandSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            data = given.validated_data
            by: dict[str, Any] = {"version": version, "actor": request.user, "now": timezone.now()}
            if data["stand"] == Stand.OBJECTED:
                acted(lambda: clause_object(clause=data["clause"], **by))
            else:
                acted(lambda: clause_accept(clause=data["clause"], digest=data.get("digest"), **by))
        return Response(PositionSerializer(version.positions.order_by("clause", "side"), many=True).data)

    @extend_schema(methods=["GET"], summary="Comments on a version's negotiation", parameters=[NUMBER],
                   responses=CommentSerializer(many=True))  # fmt: skip
    @extend_schema(methods=["POST"], summary="Comment on a clause of a proposal", parameters=[NUMBER],
                   request=CommentSerializer, responses={201: CommentSerializer})  # fmt: skip
    @action(detail=True, methods=["get", "post"], url_path=rf"{VERSION}/comments", pagination_class=None)
    def comments(self, request: Request, slug: str, number: str) -> Response:
        """Return the comments, or write one."""
        version = self._version(request, number)
        rows = Comment.objects.filter(negotiation=version.negotiation_id).select_related("version")
        if request.method == "GET":
            return Response(CommentSerializer(rows, many=True).data)
        given = CommentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        thread = rows.filter(pk=data["thread_id"]).first() if data.get("thread_id") else None
        if data.get("thread_id") and thread is None:
            raise NotFound
        made = acted(lambda: comment_write(
            version=version, clause=data["clause"], text=data["text"], thread=thread,
            side=side_seated(request.user, version.agreement), actor=cast(User, request.user), now=timezone.now(),
        ))  # fmt: skip
        return Response(CommentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(methods=["GET"], summary="Private notes of the caller's own side", parameters=[NUMBER],
                   responses=NoteSerializer(many=True))  # fmt: skip
    @extend_schema(methods=["POST"], summary="Keep a private note beside a clause", parameters=[NUMBER],
                   request=NoteSerializer, responses={201: NoteSerializer})  # fmt: skip
    @action(detail=True, methods=["get", "post"], url_path=rf"{VERSION}/notes", pagination_class=None)
    def notes(self, request: Request, slug: str, number: str) -> Response:
        """Return the notes that the caller's side keeps, or keep one."""
        version = self._version(request, number)
        if request.method == "GET":
            return Response(
                NoteSerializer(notes_visible(request.user, cast(Negotiation, version.negotiation)), many=True).data
            )
        given = NoteSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = acted(lambda: note_write(
            version=version, side=side_seated(request.user, version.agreement), **given.validated_data,
            actor=cast(User, request.user), now=timezone.now(),
        ))  # fmt: skip
        return Response(NoteSerializer(made).data, status=status.HTTP_201_CREATED)

    def _version(self, request: Request, number: str) -> Version:
        """Return a version that the caller may see and that was negotiated here, or raise NotFound."""
        rows = versions_visible(request.user, self.get_object()).filter(negotiation__isnull=False)
        found = rows.filter(number=int(number)).first()
        if found is None:
            raise NotFound
        return found


def acted(verb: Callable[[], Made]) -> Made:
    """Do an act; a refusal answers 400 with its sentences, other words than those that were read 409."""
    try:
        return verb()
    except Conflict as error:
        raise InConflict(error.messages) from error
    except ValidationError as error:
        raise serializers.ValidationError(
            error.message_dict if hasattr(error, "error_dict") else error.messages
        ) from error
