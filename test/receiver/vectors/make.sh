#!/usr/bin/env bash
# Makes signatures.json with openssl alone: nothing of the code under test takes part.
# Usage: bash test/receiver/vectors/make.sh > test/receiver/vectors/signatures.json
set -euo pipefail

hex() { od -An -v -tx1 | tr -d ' \n'; }

# name, secret, body (both as printf %b formats), what is done to the signature
first=1
vector() {
  local name=$1 secret=$2 body=$3 change=${4:-none} signature valid=true
  signature=$(printf '%b' "$body" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(printf '%b' "$secret" | hex)" -r | cut -d' ' -f1)
  case $change in
    none) ;;
    upper) signature=$(printf '%s' "$signature" | tr 'a-f' 'A-F') ;;
    prefix) signature="sha256=$signature" ;;
    *) valid=false ;;&
    other-body) body="$body " ;;
    other-secret) secret="$secret." ;;
    short) signature=${signature%??} ;;
    long) signature="${signature}00" ;;
    base64) signature=$(printf '%b' "$body" |
      openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(printf '%b' "$secret" | hex)" -binary | base64) ;;
    sha1) signature=$(printf '%b' "$body" |
      openssl dgst -sha1 -mac HMAC -macopt "hexkey:$(printf '%b' "$secret" | hex)" -r | cut -d' ' -f1) ;;
    plain) signature=$(printf '%b' "$body" | openssl dgst -sha256 -r | cut -d' ' -f1) ;;
    not-hex) signature="g${signature:1}" ;;
    prefix-only) signature="sha256=" ;;
    twice) signature="$signature, $signature" ;;
  esac
  [ $first = 1 ] || printf ',\n'
  first=0
  printf '  {"name": "%s", "secret": "%s", "body": "%s", "signature": "%s", "valid": %s}' "$name" \
    "$(printf '%b' "$secret" | base64 -w0)" "$(printf '%b' "$body" | base64 -w0)" "$signature" "$valid"
}

event='{"id":"evt_1","event_type":"order.created","data":{"order_number":"ORD-1","grand_total":10.50}}'
long=$(printf 'k%.0s' {1..65})
huge=$(printf 'secret%.0s' {1..100})

printf '[\n'
vector 'a plain event' 'whsec_test' "$event"
vector 'an empty body' 'whsec_test' ''
vector 'an empty object' 'whsec_test' '{}'
vector 'a single space' 'whsec_test' ' '
vector 'a trailing newline' 'whsec_test' "$event\n"
vector 'CRLF line ends and spaces' 'whsec_test' '{\r\n  "id" : "evt_2" ,\r\n\t"event_type":"order.created"\r\n}\r\n  '
vector 'UTF-8: accents, Devanagari, emoji' 'whsec_test' '{"name":"J\xc3\xb6rg \xe0\xa4\x86\xe0\xa4\xb6\xe0\xa4\xbe \xf0\x9f\x8e\x81"}'
vector 'escaped and raw forms differ as bytes' 'whsec_test' '{"name":"J\\u00f6rg"}'
vector 'a byte order mark' 'whsec_test' '\xef\xbb\xbf{"id":"evt_3","event_type":"order.created"}'
vector 'bytes that are not UTF-8' 'whsec_test' '\xff\xfe\x00{}'
vector 'a secret of one character' 's' "$event"
vector 'a secret of 64 bytes, one block' "${long:1}" "$event"
vector 'a secret of 65 bytes, longer than a block' "$long" "$event"
vector 'a secret of 600 bytes' "$huge" "$event"
vector 'a secret that is not ASCII' 'gehe\xc3\xafm\xe2\x82\xac' "$event"
vector 'upper-case hex' 'whsec_test' "$event" upper
vector 'the prefix sha256=' 'whsec_test' "$event" prefix
vector 'a body with one more space' 'whsec_test' "$event" other-body
vector 'another secret' 'whsec_test' "$event" other-secret
vector 'a signature cut short' 'whsec_test' "$event" short
vector 'a signature with a byte more' 'whsec_test' "$event" long
vector 'base64 instead of hex' 'whsec_test' "$event" base64
vector 'HMAC-SHA1' 'whsec_test' "$event" sha1
vector 'SHA-256 without a key' 'whsec_test' "$event" plain
vector 'a letter that is no hex digit' 'whsec_test' "$event" not-hex
vector 'the prefix alone' 'whsec_test' "$event" prefix-only
vector 'the signature twice' 'whsec_test' "$event" twice
printf '\n]\n'
