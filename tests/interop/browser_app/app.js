// A public client in the browser, made of the npm package oidc-client-ts as its documentation shows.
// Every button leaves what came of it in #said, as JSON, for the test to read.
const { IndexedDbDPoPStore, UserManager, WebStorageStateStore } = window.oidc

const given = await (await fetch('settings.json')).json()
const here = new URL('/', location).href
const manager = new UserManager({
  authority: given.issuer,
  client_id: given.client_id,
  redirect_uri: here + 'callback',
  silent_redirect_uri: here + 'callback',
  post_logout_redirect_uri: here,
  scope: given.scope,
  loadUserInfo: !given.dpop, // the library brings no proof there; see 'userinfo' below
  dpop: given.dpop ? { bind_authorization_code: true, store: new IndexedDbDPoPStore() } : undefined,
  automaticSilentRenew: false, // the test says when
  userStore: new WebStorageStateStore({ store: sessionStorage }),
})

const say = (value) => { document.getElementById('said').textContent = JSON.stringify(value) }
const shown = (user) => user && {
  profile: user.profile,
  token_type: user.token_type,
  scope: user.scope,
  access_token: user.access_token,
  refresh_token: user.refresh_token,
  id_token: user.id_token,
  expires_in: user.expires_in,
}
const on = (id, act) => {
  document.getElementById(id).addEventListener('click', () => {
    say('…')
    act().then(say, (failure) => say({ error: failure.error ?? failure.message }))
  })
}

on('sign-in', () => manager.signinRedirect())
on('sign-in-quietly', () => manager.signinRedirect({ prompt: 'none' }))
on('renew', async () => shown(await manager.signinSilent()))
on('renew-in-a-frame', async () => {
  await manager.removeUser() // without a refresh token the library uses a frame and prompt=none
  return shown(await manager.signinSilent())
})
on('userinfo', async () => {
  const user = await manager.getUser()
  const url = await manager.metadataService.getUserInfoEndpoint()
  const proof = await manager.dpopProof(url, user, 'GET')
  const headers = { Authorization: `${proof ? 'DPoP' : 'Bearer'} ${user.access_token}`, ...(proof && { DPoP: proof }) }
  return (await fetch(url, { headers })).json()
})
on('revoke', async () => {
  await manager.revokeTokens(['access_token', 'refresh_token'])
  return 'revoked'
})
on('sign-out', () => manager.signoutRedirect({ state: 'goodbye' }))

if (location.pathname === '/callback') {
  try {
    const user = await manager.signinCallback()
    if (window.parent === window) history.replaceState({}, '', '/')
    say(shown(user ?? null))
  } catch (failure) {
    say({ error: failure.error ?? failure.message })
  }
} else if (new URLSearchParams(location.search).has('state')) {
  await manager.signoutRedirectCallback()
  say('signed out')
} else {
  say(shown(await manager.getUser()))
}
