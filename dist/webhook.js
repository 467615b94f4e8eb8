/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 766:
/***/ ((module) => {

"use strict";
module.exports = require("./shared.js");

/***/ })

/******/ 	});
/************************************************************************/
/******/ 	// The module cache
/******/ 	var __webpack_module_cache__ = {};
/******/ 	
/******/ 	// The require function
/******/ 	function __nccwpck_require__(moduleId) {
/******/ 		// Check if module is in cache
/******/ 		var cachedModule = __webpack_module_cache__[moduleId];
/******/ 		if (cachedModule !== undefined) {
/******/ 			return cachedModule.exports;
/******/ 		}
/******/ 		// Create a new module (and put it into the cache)
/******/ 		var module = __webpack_module_cache__[moduleId] = {
/******/ 			// no module.id needed
/******/ 			// no module.loaded needed
/******/ 			exports: {}
/******/ 		};
/******/ 	
/******/ 		// Execute the module function
/******/ 		var threw = true;
/******/ 		try {
/******/ 			__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 			threw = false;
/******/ 		} finally {
/******/ 			if(threw) delete __webpack_module_cache__[moduleId];
/******/ 		}
/******/ 	
/******/ 		// Return the exports of the module
/******/ 		return module.exports;
/******/ 	}
/******/ 	
/************************************************************************/
/******/ 	/* webpack/runtime/asset-relocator-loader */
/******/ 	if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = __dirname + "/";
/******/ 	
/************************************************************************/
var __webpack_exports__ = {};
// This entry need to be wrapped in an IIFE because it uses a non-standard name for the exports (exports).
(() => {
var exports = __webpack_exports__;
const require_shared = __nccwpck_require__(766);

// src/notify/adaptive-card.ts
/** Bytes. Teams refuses a message above 28 KB: learn.microsoft.com, "Create Incoming Webhooks". */
const BYTE_LIMIT = 28e3;
const DIALECT$1 = {
	text: require_shared.plainText,
	code: (command) => command,
	link: (url) => url
};
/**
* The body for Teams and Power Automate: an adaptive card in the envelope of a message. Its texts are text runs, which
* unlike text blocks and facts are not read as Markdown.
*/
function adaptiveCardBody(notification) {
	return require_shared.fitLines(notification.lines.length, (kept) => JSON.stringify(envelope(require_shared.composeMessage(notification, kept, DIALECT$1), notification.run_url)), (body) => Buffer.byteLength(body) <= BYTE_LIMIT);
}
function envelope(message, runUrl) {
	const url = require_shared.linkTarget(runUrl);
	return {
		type: "message",
		attachments: [{
			contentType: "application/vnd.microsoft.card.adaptive",
			contentUrl: null,
			content: {
				$schema: "http://adaptivecards.io/schemas/adaptive-card.json",
				type: "AdaptiveCard",
				version: "1.2",
				msteams: { width: "Full" },
				body: [
					paragraph(message.headline, {
						weight: "Bolder",
						size: "Medium"
					}),
					...message.lines.map((line) => paragraph(line)),
					...message.wayOut === void 0 ? [] : [paragraph(message.wayOut)],
					...message.command === void 0 ? [] : [paragraph(message.command, { fontType: "Monospace" })]
				],
				actions: url === void 0 ? [] : [{
					type: "Action.OpenUrl",
					title: require_shared.VIEW_RUN,
					url
				}]
			}
		}]
	};
}
function paragraph(text, look = {}) {
	return {
		type: "RichTextBlock",
		inlines: [{
			type: "TextRun",
			text,
			...look
		}]
	};
}

// src/notify/document.ts
/** Characters of `text`; as much as Slack takes, since what is compatible with it reads `text`. */
const TEXT_LIMIT = 4e4;
const DIALECT = {
	text: require_shared.plainText,
	code: (command) => command,
	link: (url) => url
};
/** The documented JSON: docs/notification.schema.json describes it, docs/notifications.md explains it. */
function notificationDocument(notification) {
	const { headline: _, lines, way_out: __, command: ___, servers, ...facts } = notification;
	return {
		schema: 1,
		text: require_shared.fitLines(lines.length, (kept) => require_shared.joinMessage(require_shared.composeMessage(notification, kept, DIALECT)), (text) => text.length <= TEXT_LIMIT),
		...facts,
		reason: require_shared.oneLine(facts.reason),
		repository: require_shared.oneLine(facts.repository),
		workflow: require_shared.oneLine(facts.workflow),
		run_url: require_shared.oneLine(facts.run_url),
		job: require_shared.oneLine(facts.job),
		actor: require_shared.oneLine(facts.actor),
		servers: servers.map(documentedServer)
	};
}
function documentedServer(server) {
	const { snapshot } = server;
	return {
		id: require_shared.oneLine(server.id),
		name: require_shared.oneLine(server.name),
		status: require_shared.oneLine(server.status),
		reason: require_shared.oneLine(server.reason),
		snapshot: snapshot && {
			id: require_shared.oneLine(snapshot.id),
			name: require_shared.oneLine(snapshot.name),
			created_at: snapshot.created_at && require_shared.oneLine(snapshot.created_at),
			size_mb: snapshot.size_mb
		},
		lost_since: server.lost_since && require_shared.oneLine(server.lost_since)
	};
}

// src/notify/shapes.ts
const HOSTS = [
	["slack", /^hooks\.(?:slack|slack-gov)\.com$/],
	["discord", /^(?:.+\.)?(?:discord|discordapp)\.com$/],
	["google-chat", /^chat\.googleapis\.com$/],
	["teams", /^(?:.+\.)?(?:webhook\.office\.com|webhook\.office365\.us|outlook\.office\.com)$/],
	["teams", /^(?:.+\.)?(?:logic\.azure\.(?:com|us|cn)|api\.powerplatform\.(?:com|us|cn))$/]
];
/** Which receiver listens at an address, by its host. Discord takes Slack's shape at an address that ends in `/slack`. */
function receiverAt(url) {
	const [receiver = "document"] = HOSTS.find(([, host]) => host.test(url.hostname)) ?? [];
	return receiver === "discord" && /\/slack\/?$/.test(url.pathname) ? "slack" : receiver;
}
/** The JSON to be posted to a receiver. Nothing in it that comes from outside mentions, links or formats. */
function notificationBody(receiver, notification) {
	switch (receiver) {
		case "slack": {
			const text = messageText(notification, SLACK, 4e4);
			return JSON.stringify({
				text,
				unfurl_links: false,
				unfurl_media: false
			});
		}
		case "discord": {
			const content = messageText(notification, DISCORD, 2e3);
			return JSON.stringify({
				content,
				allowed_mentions: { parse: [] }
			});
		}
		case "google-chat": return JSON.stringify({ text: messageText(notification, GOOGLE_CHAT, 4e3) });
		case "teams": return adaptiveCardBody(notification);
		case "document": return JSON.stringify(notificationDocument(notification));
	}
}
const code = (command) => `\`${command}\``;
const namedLink = (url) => `<${url}|${require_shared.VIEW_RUN}>`;
const SLACK = {
	text: require_shared.slackText,
	code,
	link: (url) => namedLink(url.replaceAll("&", "&amp;"))
};
const DISCORD = {
	text: require_shared.discordText,
	code,
	link: (url) => `<${url}>`
};
const GOOGLE_CHAT = {
	text: require_shared.plainText,
	code,
	link: namedLink
};
function messageText(notification, dialect, limit) {
	return require_shared.fitLines(notification.lines.length, (kept) => require_shared.joinMessage(require_shared.composeMessage(notification, kept, dialect)), (text) => text.length <= limit);
}

// src/notify/webhook.ts
/**
* Posts a notification to `notify-url`, in the shape that its host takes. No redirect is followed.
* @returns the warning to give, which names nothing of the address but its host; undefined where it was taken. Never
* rejects.
*/
async function sendWebhook(notification, settings) {
	const { url, transport, clock, signal } = settings;
	const host = require_shared.oneLine(url.host);
	const warning = (reason) => require_shared.webhookFailed(host, reason);
	try {
		const request = {
			method: "POST",
			url,
			headers: {
				"content-type": "application/json; charset=utf-8",
				"user-agent": "vps-snapshot-action"
			},
			body: notificationBody(receiverAt(url), notification)
		};
		const outcome = await require_shared.attempt(settings, async (timeLeft) => {
			const options = {
				timeoutMs: timeLeft(),
				...signal === void 0 ? {} : { signal }
			};
			return outcomeOf(await transport.send(request, options), url, clock.now());
		});
		return outcome.ok ? void 0 : warning(outcome.reason);
	} catch {
		return warning(signal?.aborted === true ? require_shared.CANCELLED : require_shared.NOT_SENT);
	}
}
function outcomeOf(result, url, now) {
	if (!result.ok) return require_shared.failureOutcome(result.failure, wordsFor(result.failure, url));
	const { status, headers } = result.answer;
	if (status >= 200 && status < 300) return { ok: true };
	const retryAfterMs = require_shared.parseRetryAfter(headers["retry-after"], now);
	return {
		ok: false,
		reason: reasonFor(status),
		isTransient: require_shared.isTransientStatus(status),
		retryAfterMs
	};
}
function reasonFor(status) {
	if (status >= 300 && status < 400) return require_shared.webhook.redirects(status);
	if (status === 429) return require_shared.webhook.limited(status);
	return require_shared.isTransientStatus(status) ? require_shared.webhook.answered(status) : require_shared.webhook.refused(status);
}
/** The transport's own words, where they hold nothing of the address but the host. */
function wordsFor({ reason }, url) {
	const words = require_shared.oneLine(reason);
	return `${url.pathname}${url.search}${url.hash}`.split(/[/?&=#]/).filter((part) => part !== "").every((part) => !words.includes(part) && !words.includes(decoded(part))) && words !== "" ? words : require_shared.REQUEST_FAILED;
}
function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

exports.sendWebhook = sendWebhook;
})();

module.exports = __webpack_exports__;
/******/ })()
;