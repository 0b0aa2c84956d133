// A relying party made of the npm package openid-client, used as its documentation shows: the plain road.
// A description of the client comes in, the authorization address goes out, the address of the callback comes in, and
// what the library made of it goes out.
import * as client from 'openid-client'
import { configured, read, refused, request, write } from './party.mjs'

const given = await read()
const config = await configured(given)
const { parameters, checks } = await request(given)
write({ url: client.buildAuthorizationUrl(config, parameters).href })

const callback = await read()
const tokens = await client.authorizationCodeGrant(config, new URL(callback.url), checks)
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
  state: checks.expectedState,
})
write({
  issuer: config.serverMetadata().issuer,
  client_id: config.clientMetadata().client_id,
  claims,
  userinfo,
  token_type: tokens.token_type,
  scope: tokens.scope,
  rotated: refreshed.refresh_token !== tokens.refresh_token,
  active_before: before.active,
  active_after: after.active,
  refresh_after: refreshAfter,
  end_session: endSession.href,
  state: checks.expectedState,
})
process.exit(0)
