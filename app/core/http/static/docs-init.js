"use strict";

// The API has no OAuth clients. Swagger UI would send an empty client as HTTP Basic credentials next to username and
// password; told to put it into the form, it leaves an empty one out.
const WithoutClient = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorizePassword: (original) => (login) => original({ ...login, passwordType: "request-body" }),
      },
    },
  },
};

SwaggerUIBundle({
  dom_id: "#reference",
  url: "/openapi.json",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: false,
  plugins: [WithoutClient],
  tryItOutEnabled: true,
  validatorUrl: null,
});
