"""Where media come from: buckets, folders, servers, tables and feeds, listed as the entries of a fleet."""

from __future__ import annotations

from aiware_resources.sources.media import Media, list_media, media_from
from aiware_resources.sources.signing import holds_private, signed
from aiware_resources.sources.storage import RemoteFile, whole_seconds

__all__ = ["Media", "RemoteFile", "holds_private", "list_media", "media_from", "signed", "whole_seconds"]
