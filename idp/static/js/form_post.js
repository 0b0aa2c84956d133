// Send the authorization response on its way (OAuth 2.0 Form Post Response Mode, section 2).
document.getElementById("form-post").submit();
