// The same library on the guarded roads; the test says which of them, and they go together:
// par (RFC 9126), jar (RFC 9101), jarm (JWT Secured Authorization Response Mode), dpop (RFC 9449), decrypt (RFC 7516).
import * as client from 'openid-client'
import { configured, read, request, signingKey, write } from './party.mjs'

const given = await read()
const on = (road) => given.roads.includes(road)
const config = await configured(given)
const nonces = [] // where the server gave a nonce for the next proof
config[client.customFetch] = async (...call) => {
  const answer = await fetch(...call)
  if (answer.headers.has('dpop-nonce')) nonces.push(`${answer.status} ${new URL(call[0]).pathname}`)
  return answer
}
if (on('jarm')) client.useJwtResponseMode(config)
if (on('decrypt')) {
  const { kid, alg, ...jwk } = given.decryption_jwk
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['decrypt'])
  client.enableDecryptingResponses(config, ['A256GCM'], { key, alg, kid })
}
const bound = on('dpop')
  ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) }
  : undefined

const { parameters, checks } = await request(given)
let asked = new URLSearchParams(parameters)
let url
if (on('jar')) {
  url = await client.buildAuthorizationUrlWithJAR(config, asked, await signingKey(given.private_jwk))
  asked = url.searchParams
}
if (on('par')) url = await client.buildAuthorizationUrlWithPAR(config, asked, bound)
url ??= client.buildAuthorizationUrl(config, asked)
write({ url: url.href })

const callback = await read()
const tokens = await client.authorizationCodeGrant(config, new URL(callback.url), checks, undefined, bound)
const claims = tokens.claims()
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub, bound)
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, bound)
write({
  claims,
  userinfo,
  token_type: tokens.token_type,
  refreshed_type: refreshed.token_type,
  rotated: refreshed.refresh_token !== undefined && refreshed.refresh_token !== tokens.refresh_token,
  without_proof: on('dpop') ? await withoutProof(tokens.access_token) : null,
  nonces,
  sealed: client.getDecryptedResponses(tokens)?.id_token !== undefined && client.getDecryptedResponses(userinfo) !== undefined,
})
process.exit(0)

async function withoutProof(token) {
  const there = config.serverMetadata().userinfo_endpoint
  return (await fetch(there, { headers: { authorization: `Bearer ${token}` } })).status
}
