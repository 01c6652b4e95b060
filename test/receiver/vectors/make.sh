#!/usr/bin/env bash
# Makes signatures.json with openssl alone: nothing of the code under test takes part.
# Usage: bash test/receiver/vectors/make.sh > test/receiver/vectors/signatures.json
set -euo pipefail

hex() { od -An -v -tx1 | tr -d ' \n'; }
base64url() { tr '+/' '-_'; }

# The HMAC of a body, in binary: secret, body (both as printf %b formats), digest
mac() {
  printf '%b' "$2" | openssl dgst "-${3:-sha256}" -mac HMAC -macopt "hexkey:$(printf '%b' "$1" | hex)" -binary
}

# name, secret, body, header, valid. In the header these stand for values:
#   {hex} {HEX} {base64} {base64url}  the right signature; {unpadded} {unpaddedurl} the same without "="
#   {short} {long} {spoiled}          its hex without the last byte, with one more, with a "g" in it
#   {stray}                           its base64 with one of the two unused bits set
#   {other}                           the signature of the body under another secret, in hex
#   {sha1} {plain}                    HMAC-SHA1, and SHA-256 without a key
first=1
vector() {
  local name=$1 secret=$2 body=$3 header=${4:-'{hex}'} valid=${5:-true}
  local right base64 last
  right=$(mac "$secret" "$body" | hex)
  base64=$(mac "$secret" "$body" | base64)
  last=${base64:42:1}
  header=${header//'{hex}'/$right}
  header=${header//'{HEX}'/$(printf '%s' "$right" | tr 'a-f' 'A-F')}
  header=${header//'{base64}'/$base64}
  header=${header//'{unpadded}'/${base64%=}}
  header=${header//'{base64url}'/$(printf '%s' "$base64" | base64url)}
  header=${header//'{unpaddedurl}'/$(printf '%s' "${base64%=}" | base64url)}
  header=${header//'{short}'/${right%??}}
  header=${header//'{long}'/${right}00}
  header=${header//'{spoiled}'/g${right:1}}
  header=${header//'{stray}'/${base64:0:42}$(printf '%s' "$last" | tr AEIMQUYcgkosw048 BFJNRVZdhlptx159)=}
  header=${header//'{other}'/$(mac "$secret." "$body" | hex)}
  header=${header//'{sha1}'/$(mac "$secret" "$body" sha1 | hex)}
  header=${header//'{plain}'/$(printf '%b' "$body" | openssl dgst -sha256 -binary | hex)}
  [ $first = 1 ] || printf ',\n'
  first=0
  printf '  {"name": "%s", "secret": "%s", "body": "%s", "signature": "%s", "valid": %s}' "$name" \
    "$(printf '%b' "$secret" | base64 -w0)" "$(printf '%b' "$body" | base64 -w0)" "$header" "$valid"
}

event='{"id":"evt_1","event_type":"order.created","data":{"order_number":"ORD-1","grand_total":10.50}}'
# Its signature under whsec_test has both of the characters in which base64 and base64url differ.
both='{"id":"evt_4","event_type":"order.created","data":{"order_number":"ORD-14"}}'
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

vector 'upper-case hex' 'whsec_test' "$event" '{HEX}'
vector 'the prefix sha256=' 'whsec_test' "$event" 'sha256={hex}'
vector 'the prefix v1=' 'whsec_test' "$event" 'v1={hex}'
vector 'base64' 'whsec_test' "$both" '{base64}'
vector 'base64 without padding' 'whsec_test' "$both" '{unpadded}'
vector 'base64url' 'whsec_test' "$both" '{base64url}'
vector 'base64url without padding' 'whsec_test' "$both" '{unpaddedurl}'
vector 'sha256= before base64' 'whsec_test' "$both" 'sha256={base64}'
vector 'v1= before base64url' 'whsec_test' "$both" 'v1={unpaddedurl}'
vector 'as Standard Webhooks writes it' 'whsec_test' "$both" 'v1,{base64}'
vector 'as Standard Webhooks writes two' 'whsec_test' "$event" 'v1,{base64} v1,{base64}'
vector 'the signature twice' 'whsec_test' "$event" '{hex}, {hex}'
vector 'a wrong one before the right one, by comma' 'whsec_test' "$event" '{other},{hex}'
vector 'a wrong one before the right one, by space' 'whsec_test' "$event" 'sha256={other} sha256={base64}'
vector 'a wrong one behind the right one' 'whsec_test' "$event" 'v1={hex}, v1={other}'
vector 'the right one among malformed ones' 'whsec_test' "$event" 'nonsense, sha256=, {short} {HEX},,'
vector 'the right one is the eighth' 'whsec_test' "$event" \
  '{other} {other} {other} {other} {other} {other} {other} {hex}'
vector 'the right one is the eighth, labelled' 'whsec_test' "$event" \
  'v1,{other} v1,{other} v1,{other} v1,{other} v1,{other} v1,{other} v1,{other} v1,{base64}'

vector 'a body with one more space' 'whsec_test' "$event " "$(mac whsec_test "$event" | hex)" false
vector 'another secret' 'whsec_test' "$event" '{other}' false
vector 'two signatures by other secrets' 'whsec_test' "$event" '{other}, {other}' false
vector 'the right one is the ninth' 'whsec_test' "$event" \
  '{other} {other} {other} {other} {other} {other} {other} {other} {hex}' false
vector 'the right one is the ninth behind malformed ones' 'whsec_test' "$event" \
  'a,b,c,d,e,f,g,h,{hex}' false
vector 'a signature cut short' 'whsec_test' "$event" '{short}' false
vector 'a signature with a byte more' 'whsec_test' "$event" '{long}' false
vector 'a letter that is no hex digit' 'whsec_test' "$event" '{spoiled}' false
vector 'base64 with a stray bit' 'whsec_test' "$event" '{stray}' false
vector 'two paddings' 'whsec_test' "$event" '{base64}=' false
vector 'base64 and base64url mixed' 'whsec_test' "$both" "$(mac whsec_test "$both" | base64 | tr '+' '-')" false
vector 'HMAC-SHA1' 'whsec_test' "$event" '{sha1}' false
vector 'SHA-256 without a key' 'whsec_test' "$event" '{plain}' false
vector 'the prefix alone' 'whsec_test' "$event" 'sha256=' false
vector 'the prefix twice' 'whsec_test' "$event" 'sha256=sha256={hex}' false
vector 'another prefix' 'whsec_test' "$event" 'sha1={hex}' false
vector 'no value at all' 'whsec_test' "$event" ',' false
printf '\n]\n'
