// The same library at a counter: the citizen decides on another screen (CIBA Core, poll mode).
import * as client from 'openid-client'
import { configured, read, write } from './party.mjs'

const given = await read()
const config = await configured(given)
const started = await client.initiateBackchannelAuthentication(config, {
  scope: given.scope,
  login_hint: given.login_hint,
  binding_message: given.binding_message,
})
write(started)

await read()
const tokens = await client.pollBackchannelAuthenticationGrant(config, started)
const claims = tokens.claims()
write({ claims, userinfo: await client.fetchUserInfo(config, tokens.access_token, claims.sub) })
process.exit(0)
