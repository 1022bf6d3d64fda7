"""Bytes that mean something to a parser."""

from typing import Final

MEANINGFUL: Final = (
    *(b"<", b">", b"/>", b"</", b"&", b";", b"&#", b"&#x0;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?", b"?>"),
    *(b"<!DOCTYPE x>", b"<?xml version='1.0'?>", b"xmlns:x=''", b" xmlns='u'", b" x='1'", b"x:y", b":", b"="),
    *(b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\xf4\x90\x80\x80"),
    *(b"\r", b"\n", b"\r\n", b"\t", b" ", b"'", b'"', b"\xc2\x85", b"\xe2\x80\xa8"),
)
