// The interactive documentation of the API, and of the control API.

const about = await fetch("/_sandbox/about").then((response) => (response.ok ? response.json() : {}));

const ui = window.SwaggerUIBundle({
  dom_id: "#swagger-ui",
  urls: [
    { name: about.title ?? "API", url: "/_sandbox/docs/api.json" },
    { name: "Sandbox control", url: "/_sandbox/docs/control.json" },
  ],
  presets: [window.SwaggerUIBundle.presets.apis, window.SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  // Nothing is sent to anybody else.
  validatorUrl: null,
  onComplete: () => {
    // The key that everybody knows needs no typing; a key of one's own is typed by who has it.
    const schemes = ui.specSelectors.securityDefinitions()?.toJS() ?? {};
    for (const [name, scheme] of Object.entries(schemes)) {
      if (about.key && scheme.type === "apiKey" && scheme.name !== "X-Control-Key") ui.preauthorizeApiKey(name, about.key);
    }
  },
});
