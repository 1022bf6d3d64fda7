"""The OpenAPI document: what FastAPI makes of the code, made to follow the NL API Design Rules."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from gateway.api.problems import MEDIA_TYPE
from gateway.api.shapes import Problem, ZipReceipts, ZipReports

API_VERSION: Final = "1.0.0"

_CONTACT: Final = {
    "name": "iJw-gateway",
    "url": "https://ijw-gateway.example",
    "email": "info@ijw-gateway.example",
}
_SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Token van `ijw-gateway token create`"}
}
_TYPED_FORM: Final = {
    "type": "object",
    "required": ["type", "bericht"],
    "properties": {
        "type": {"type": "string", "examples": ["JW315"]},
        "release": {"type": "string", "examples": ["3.2"]},
        "bericht": {"type": "object"},
        "optOut": {"type": "boolean"},
    },
}
BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "Het bericht: XML, de getypeerde vorm, of een ZIP met hoogstens 30 berichten; samen tot 25 MB",
    "content": {
        "application/xml": {"schema": {"type": "string"}},
        "text/xml": {"schema": {"type": "string"}},
        "application/json": {"schema": _TYPED_FORM},
        "application/zip": {"schema": {"type": "string", "format": "binary"}},
    },
}
OPT_OUT: Final[dict[str, Any]] = {
    "name": "X-Opt-Out",
    "in": "header",
    "required": False,
    "description": "`true` bij een JW315 zonder toestemming van het gezin: alleen de backoffice ziet het bericht",
    "schema": {"type": "boolean", "default": False},
}
_DESCRIPTIONS: Final = {
    400: "De vraag of het bericht klopt niet",
    401: "Geen geldig token",
    403: "Dit mag met dit token niet",
    404: "Niet gevonden, of niet voor u",
    409: "Dit strijdt met wat er al is",
    410: "De inhoud is er niet meer: de bewaartermijn is voorbij",
    408: "De vraag kwam te langzaam aan",
    413: "Te groot: een bericht tot 25 MB, een vraag tot 1 MB",
    415: "Dit mediatype of deze codering neemt de gateway niet",
    429: "Te veel vragen met dit token; zie Retry-After",
    500: "De gateway faalde; er is niets aangenomen",
    503: "De database antwoordt niet; er is niets aangenomen",
}
_HEADER: Final = {
    "API-Version": {
        "description": "De volledige versie van deze API",
        "schema": {"type": "string"},
        "example": API_VERSION,
    }
}
_LINKS: Final = {
    "Link": {
        "description": 'Per soort bevinding, tot twintig, een pagina met uitleg: `</rules/CD041>; rel="help"`',
        "schema": {"type": "string"},
    }
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that an endpoint may answer with; failing on our side is always among them."""
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": _reference(Problem)}}}
        for status in (*statuses, 408, 429, 500, 503)
    }


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _described(model: type[BaseModel]) -> dict[str, Any]:
    """Describe a model that FastAPI does not meet by itself; its parts are there already."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


def describe(app: FastAPI) -> dict[str, Any]:
    """Give the OpenAPI document of the API, the same for every process."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        servers=app.servers,
        license_info=app.license_info,
        tags=app.openapi_tags,
    )
    # Said here because FastAPI would want a library just to check this one address.
    document["info"]["contact"] = _CONTACT
    for path in document["paths"].values():
        for operation in path.values():
            _finish(operation)
    document["components"]["securitySchemes"] = _SECURITY
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (Problem, ZipReceipts, ZipReports):
        schemas[model.__name__] = _described(model)
    for path, status, of_zip in (("/messages", "202", ZipReceipts), ("/validations", "200", ZipReports)):
        content = document["paths"][path]["post"]["responses"][status]["content"]["application/json"]
        content["schema"] = {"anyOf": [content["schema"], _reference(of_zip)]}
    app.openapi_schema = document
    return document


def _finish(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    operation["security"] = [{"bearer": []}]
    # The gateway answers wrong input with 400, never 422.
    responses.pop("422", None)
    for status, response in responses.items():
        if response["description"] == "Successful Response":
            response["description"] = "Gelukt"
        response["headers"] = dict(_HEADER)
        # An answer that may carry findings.
        if MEDIA_TYPE in response.get("content", {}) or operation.get("operationId", "") == "post_validation":
            response["headers"] |= _LINKS
        if status in {"201", "202", "200"} and operation.get("operationId", "").startswith("post_message"):
            response["headers"]["Location"] = {"schema": {"type": "string"}, "description": "Het adres van het bericht"}
