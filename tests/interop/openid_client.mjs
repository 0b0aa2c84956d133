// A relying party made of the npm package openid-client, used as its documentation shows.
// It talks to the test in JSON lines: a description of the client comes in, the authorization address goes out, the
// address of the callback comes in, and what the library made of it goes out.
import { createInterface } from 'node:readline'
import * as client from 'openid-client'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const read = async () => JSON.parse((await lines.next()).value)
const write = (value) => process.stdout.write(JSON.stringify(value) + '\n')

async function authentication(given) {
  if (given.private_jwk === undefined) return client.ClientSecretBasic(given.client_secret)
  const { kid, ...jwk } = given.private_jwk
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign'])
  return client.PrivateKeyJwt({ key, kid })
}

const refused = (promise) => promise.then(() => null, (error) => error.error ?? error.message)

const given = await read()
const config = await client.discovery(
  new URL(given.issuer),
  given.client_id,
  { id_token_signed_response_alg: given.id_token_signed_response_alg },
  await authentication(given),
  { execute: [client.allowInsecureRequests] }, // http, because everything is on loopback
)
client.enableNonRepudiationChecks(config) // the signature of the ID Token too, although it came over the back channel

const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedNonce = client.randomNonce()
const expectedState = client.randomState()
const authorization = client.buildAuthorizationUrl(config, {
  redirect_uri: given.redirect_uri,
  scope: given.scope,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
  nonce: expectedNonce,
  state: expectedState,
})
write({ url: authorization.href })

const callback = await read()
const tokens = await client.authorizationCodeGrant(config, new URL(callback.url), {
  pkceCodeVerifier,
  expectedNonce,
  expectedState,
  idTokenExpected: true,
})
const claims = tokens.claims()
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
const before = await client.tokenIntrospection(config, refreshed.access_token)
await client.tokenRevocation(config, refreshed.refresh_token, { token_type_hint: 'refresh_token' })
const after = await client.tokenIntrospection(config, refreshed.access_token)
const refreshAfter = await refused(client.refreshTokenGrant(config, refreshed.refresh_token))
const endSession = client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token,
  post_logout_redirect_uri: given.post_logout_redirect_uri,
  state: expectedState,
})
write({
  issuer: config.serverMetadata().issuer,
  claims,
  userinfo,
  token_type: tokens.token_type,
  scope: tokens.scope,
  rotated: refreshed.refresh_token !== tokens.refresh_token,
  active_before: before.active,
  active_after: after.active,
  refresh_after: refreshAfter,
  end_session: endSession.href,
  state: expectedState,
})
process.exit(0)
