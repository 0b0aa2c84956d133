"""The one eligibility gate: everything that must stand before anything is issued or released (reliability 5.5).

Every path that issues or releases joins this, in the very statement that does it. `{x}` is a row that names account,
citizen, authorization, client and session: a code, a family. Revoking only sets a column of one of them; nothing else
has to be told (decisions 6).
"""

from __future__ import annotations

JOINS = """
  JOIN account ac ON ac.id = {x}.account_id AND ac.status = 'active'
  JOIN citizen ci ON ci.id = {x}.citizen_id AND ci.erased_at IS NULL
  JOIN "authorization" au ON au.id = {x}.authorization_id
       AND au.withdrawn_at IS NULL AND au.expires_at > :now
  JOIN client cl ON cl.id = {x}.client_id AND cl.status = 'approved'
  LEFT JOIN browser_session bs ON bs.id = {x}.session_id
"""

SESSION_STANDS = "bs.ended_at IS NULL AND bs.expires_at > :now"
"""For what lives with the session; NULL, so false, once the session's row is gone."""

FAMILY_STANDS = f"""
  f.revoked_at IS NULL AND f.expires_at > :now AND (f.offline OR ({SESSION_STANDS}))
"""
"""For what a family carries; an offline one survives logout (OIDC Core §11)."""

NOT_REVOKED = "NOT EXISTS (SELECT 1 FROM revoked_token rt WHERE rt.exp_day = :exp_day AND rt.jti = :jti)"
"""For one access token of a family, revoked by itself (RFC 7009 §2.1)."""

NONE_REVOKED = """
  NOT EXISTS (SELECT 1 FROM revoked_token rt
              WHERE rt.exp_day IN (:exp_day, :next_day) AND rt.jti IN (:jti, :jti_before, :jti_earlier, :jti_first))
"""
"""The same for an exchanged token and those it was made from, which may live a little longer (RFC 8693)."""

CODE_GATE = JOINS.format(x="c")
FAMILY_GATE = JOINS.format(x="f")
