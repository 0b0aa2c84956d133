// What every scenario with the npm package openid-client needs: talk to the test in JSON lines, and be its client.
import { createInterface } from 'node:readline'
import * as client from 'openid-client'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
export const read = async () => JSON.parse((await lines.next()).value)
export const write = (value) => process.stdout.write(JSON.stringify(value) + '\n')
export const refused = (promise) => promise.then(() => null, (error) => error.error ?? error.message)

export async function signingKey({ kid, ...jwk }) {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  return { key: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']), kid }
}

async function authentication(given) {
  if (given.private_jwk !== undefined) return client.PrivateKeyJwt(await signingKey(given.private_jwk))
  return given.client_secret === undefined ? client.None() : client.ClientSecretBasic(given.client_secret)
}

// The configuration of the client the test describes: registered already, where `metadata` is what the registration's
// answer said, or with an initial access token, where the library registers it (RFC 7591).
export async function configured(given) {
  const server = new URL(given.issuer)
  const proof = await authentication(given)
  const execute = [client.allowInsecureRequests] // http, because everything is on loopback
  const config = given.initial_access_token === undefined
    ? await client.discovery(server, given.client_id, given.metadata, proof, { execute })
    : await client.dynamicClientRegistration(server, given.metadata, proof, {
      initialAccessToken: given.initial_access_token,
      execute,
    })
  client.enableNonRepudiationChecks(config) // the signature of the ID Token too, although it came over the back channel
  return config
}

// The parameters of an authorization request, and what the answer to it must show.
export async function request(given) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const checks = {
    pkceCodeVerifier,
    expectedNonce: client.randomNonce(),
    expectedState: client.randomState(),
    idTokenExpected: true,
  }
  const parameters = {
    redirect_uri: given.redirect_uri,
    scope: given.scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    nonce: checks.expectedNonce,
    state: checks.expectedState,
  }
  return { parameters, checks }
}
