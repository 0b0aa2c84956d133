// The same library on a screen without a keyboard: the device authorization grant (RFC 8628).
import * as client from 'openid-client'
import { configured, read, write } from './party.mjs'

const given = await read()
const config = await configured(given)
const started = await client.initiateDeviceAuthorization(config, { scope: given.scope })
write(started)

await read()
const tokens = await client.pollDeviceAuthorizationGrant(config, started)
const claims = tokens.claims()
write({ claims, userinfo: await client.fetchUserInfo(config, tokens.access_token, claims.sub) })
process.exit(0)
