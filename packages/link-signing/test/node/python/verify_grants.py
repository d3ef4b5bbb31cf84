"""Verifies chains of grants with cbor2 and cryptography alone, from what docs/spec/grant.md says.

stdin: {"publicKey": hex, "chains": [[hex, ...], ...]}, the issuer's own grant last in each chain.
stdout: a JSON list: what the first grant of each chain says, or why the chain is refused.
"""

import hashlib
import json
import sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

PRIVATE = -65537


def canonical(value):
    return cbor2.dumps(value, canonical=True)


def opened(grant, domain):
    tag = cbor2.loads(grant)
    if canonical(tag) != grant or tag.tag != 18:
        raise ValueError("not a COSE_Sign1 in its one encoding")
    protected, unprotected, payload, signature = tag.value
    header, claims = cbor2.loads(protected), cbor2.loads(payload)
    if unprotected != {} or canonical(header) != protected or canonical(claims) != payload:
        raise ValueError("not in its one encoding")
    return header, claims, canonical(["Signature1", protected, domain, payload]), signature


def by_issuer(grant, public_key):
    header, claims, message, signature = opened(grant, b"wardseal.org/grant v0")
    kid = hashlib.sha256(b"wardseal.org/grant-kid v0" + public_key).digest()[:4]
    if header != {1: -8, 4: kid}:
        raise ValueError("another key or algorithm")
    ed25519.Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    return claims


def by_holder(grant, parent, parent_claims):
    header, claims, message, signature = opened(grant, b"wardseal.org/delegated-grant v0")
    key = claims[PRIVATE][11]
    thumbprint = hashlib.sha256(canonical(key)).digest()
    if parent_claims[8] != {5: thumbprint}:
        raise ValueError("not the key of the parent")
    if claims[PRIVATE][7] != hashlib.sha256(b"wardseal.org/grant-id v0" + parent).digest():
        raise ValueError("not the parent")
    if header != {1: -7 if key[1] == 2 else -8, 4: thumbprint[:4]}:
        raise ValueError("another key or algorithm")
    if key[1] == 2:
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(key[-2], "big"), int.from_bytes(key[-3], "big"), ec.SECP256R1()
        )
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        numbers.public_key().verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    else:
        ed25519.Ed25519PublicKey.from_public_bytes(key[-2]).verify(signature, message)
    return claims


def verified(chain, public_key):
    claims = by_issuer(chain[-1], public_key)
    for grant, parent in reversed(list(zip(chain, chain[1:]))):
        claims = by_holder(grant, parent, claims)
    return claims


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value


def main():
    asked = json.load(sys.stdin)
    public_key = bytes.fromhex(asked["publicKey"])
    answers = []
    for chain in asked["chains"]:
        try:
            answers.append({"claims": plain(verified([bytes.fromhex(one) for one in chain], public_key))})
        except InvalidSignature:
            answers.append({"refused": "signature"})
        except Exception as error:  # whatever a changed byte makes of the structure
            answers.append({"refused": type(error).__name__})
    json.dump(answers, sys.stdout)


main()
