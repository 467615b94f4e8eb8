/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 766:
/***/ ((module) => {

"use strict";
module.exports = require("./shared.js");

/***/ }),

/***/ 454:
/***/ ((module) => {

"use strict";
module.exports = require("./utils.js");

/***/ }),

/***/ 598:
/***/ ((module) => {

"use strict";
module.exports = require("node:crypto");

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
let node_crypto = __nccwpck_require__(598);

// src/notify/comment-body.ts
/** Characters. GitHub refuses a comment of more than 65,536. */
const BODY_LIMIT = 6e4;
const ROW_LIMIT = 50;
const CELL_LIMIT = 100;
const DIALECT = {
	text: require_shared.githubText,
	code: (command) => `\`${command}\``,
	link: (url) => `[${require_shared.VIEW_RUN}](${url})`
};
/**
* What a comment begins with, so that a later attempt or stage of the same run finds and updates it: the run, and a
* digest of the job and its servers, since the jobs of a matrix share all but those.
*/
function commentMarker(runId, { job, servers }) {
	const identity = JSON.stringify([job, servers.map((server) => server.id).toSorted()]);
	const digest = (0, node_crypto.createHash)("sha256").update(identity).digest("hex").slice(0, 16);
	return `<!-- vps-snapshot-action run=${encodeURIComponent(runId).replaceAll("-", "%2D")} of=${digest} -->`;
}
/** A comment: the verdict, each server with its snapshot, the state of things, the way out, the run. */
function commentBody(marker, notification) {
	return require_shared.fitLines(notification.lines.length, (kept) => render(marker, require_shared.composeMessage(notification, kept, DIALECT), notification.servers), (body) => body.length <= BODY_LIMIT);
}
function render(marker, message, servers) {
	const { headline, lines, wayOut, command, link } = message;
	return [
		marker,
		`**${headline}**`,
		...lines,
		...table(servers),
		wayOut,
		command,
		link
	].filter(Boolean).join("\n\n");
}
function table(servers) {
	if (servers.length === 0) return [];
	const left = servers.length - ROW_LIMIT;
	return [[
		`| ${require_shared.COLUMNS.join(" | ")} |`,
		"|---|---|---|---|---|",
		...servers.slice(0, ROW_LIMIT).map(row)
	].join("\n"), ...left > 0 ? [require_shared.moreServers(left)] : []];
}
function row({ id, name, snapshot, status, reason, lost_since }) {
	return `| ${[
		name === "" ? id : `${name} (${id})`,
		snapshot === null ? "–" : `${snapshot.id}${snapshot.name === "" ? "" : ` (${snapshot.name})`}`,
		snapshot?.created_at ?? "–",
		reason === "" ? status : `${status} (${reason})`,
		lost_since ?? "–"
	].map((cell) => require_shared.githubText(cell, CELL_LIMIT)).join(" | ")} |`;
}

// src/notify/github-client.ts
/** A request to GitHub that got no answer, or one that sends it elsewhere. */
var GitHubUnanswered = class extends Error {
	name = "GitHubUnanswered";
	failure;
	constructor(failure) {
		super("no answer");
		this.failure = failure;
	}
};
/** Loads Octokit, which no other part of the action pays for, and has it talk through our own transport. */
async function openGitHub(settings) {
	const { GitHub, getOctokitOptions } = await withoutEvent(settings.env, () => Promise.resolve().then(() => __nccwpck_require__(454)));
	const silent = {
		debug: ignore,
		info: ignore,
		warn: ignore,
		error: ignore
	};
	const octokit = new GitHub(getOctokitOptions(settings.token, {
		baseUrl: settings.apiUrl.replace(/\/+$/, ""),
		userAgent: "vps-snapshot-action",
		log: silent,
		request: {
			fetch: fetchThrough(settings),
			log: silent
		}
	}));
	return (route, parameters) => octokit.request(route, parameters);
}
function ignore() {}
async function withoutEvent(env, load) {
	const path = env["GITHUB_EVENT_PATH"];
	delete env["GITHUB_EVENT_PATH"];
	try {
		return await load();
	} finally {
		if (path !== void 0) env["GITHUB_EVENT_PATH"] = path;
	}
}
/** The part of `fetch` that Octokit uses, over the port. */
function fetchThrough({ transport, timeLeft, signal }) {
	return async (url, { method, headers, body }) => {
		const timeoutMs = timeLeft();
		if (timeoutMs === 0) throw new GitHubUnanswered({
			kind: "timeout",
			reason: require_shared.NO_TIME_LEFT
		});
		const result = await transport.send({
			method,
			url: new URL(url),
			headers,
			...body === void 0 ? {} : { body }
		}, {
			timeoutMs,
			...signal === void 0 ? {} : { signal }
		});
		if (!result.ok) throw new GitHubUnanswered(result.failure);
		const { answer } = result;
		if (answer.status >= 300 && answer.status < 400) throw new GitHubUnanswered("redirect");
		const hasContent = answer.status !== 204 && answer.status !== 205;
		return new Response(hasContent ? answer.body : null, {
			status: answer.status,
			headers: answer.headers
		});
	};
}

// src/notify/pull-requests.ts
/** GitHub answered well, and not with what it documents: something in between, as a rule. */
var GitHubUnreadable = class extends Error {
	name = "GitHubUnreadable";
};
const PULL_REQUEST_LIMIT = 3;
const PAGE_SIZE = 100;
/** Comments beyond these are not looked at: a pull request that has more gets a new one. */
const PAGE_LIMIT = 10;
const PULLS = require_shared.array(require_shared.object({
	number: require_shared.number(),
	state: require_shared.string(),
	merged_at: require_shared.optional(require_shared.nullable(require_shared.string()), null)
}));
const COMMENTS = require_shared.array(require_shared.object({
	id: require_shared.number(),
	body: require_shared.optional(require_shared.nullable(require_shared.string()), null),
	user: require_shared.optional(require_shared.nullable(require_shared.object({ type: require_shared.optional(require_shared.string(), "") })), null),
	author_association: require_shared.optional(require_shared.string(), "")
}));
/**
* The numbers of the pull requests that a commit belongs to, open or merged, three at most. An abandoned one has
* nothing to do with what was deployed.
*/
async function findPullRequests(request, commit) {
	const own = /^refs\/pull\/([1-9][0-9]*)\//.exec(commit.ref);
	if (own !== null) return [Number(own[1])];
	const { data } = await request("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", {
		...address(commit),
		commit_sha: commit.sha
	});
	return read(PULLS, data).filter((pull) => pull.state === "open" || pull.merged_at !== null).slice(0, PULL_REQUEST_LIMIT).map((pull) => pull.number);
}
/** Writes a comment that begins with `marker`, in the place of the one that does already. */
async function writeComment(request, commit, pullRequest, comment) {
	const { marker, body } = comment;
	const existing = await findComment(request, commit, pullRequest, marker);
	if (existing === void 0) await request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
		...address(commit),
		issue_number: pullRequest,
		body
	});
	else await request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
		...address(commit),
		comment_id: existing,
		body
	});
}
async function findComment(request, commit, pullRequest, marker) {
	for (let page = 1; page <= PAGE_LIMIT; page += 1) {
		const { data } = await request("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
			...address(commit),
			issue_number: pullRequest,
			per_page: PAGE_SIZE,
			page
		});
		const comments = read(COMMENTS, data);
		const own = comments.find((comment) => comment.body?.startsWith(marker) && mayBeOurs(comment));
		if (own !== void 0) return own.id;
		if (comments.length < PAGE_SIZE) return void 0;
	}
}
const OUTSIDERS = /* @__PURE__ */ new Set([
	"NONE",
	"CONTRIBUTOR",
	"FIRST_TIMER",
	"FIRST_TIME_CONTRIBUTOR",
	"MANNEQUIN"
]);
/** Whoever reads a run's page can copy its marker; a stranger who did would otherwise own what we say from then on. */
function mayBeOurs({ user, author_association }) {
	return user?.type === "Bot" || !OUTSIDERS.has(author_association);
}
function address({ repository }) {
	const [owner = "", repo = ""] = repository.split("/");
	return {
		owner,
		repo
	};
}
function read(schema, data) {
	const parsed = require_shared.safeParse(schema, data);
	if (!parsed.success) throw new GitHubUnreadable(require_shared.UNEXPECTED_RESPONSE);
	return parsed.output;
}

// src/notify/comment.ts
/**
* Comments on the pull requests of the commit whose deploy was rolled back; a comment that an earlier attempt or stage
* of the same run made is updated. Where there is no pull request, there is no comment.
* @returns the one warning to give, undefined where there is nothing to say. Never rejects.
*/
async function commentOnPullRequests(notification, settings) {
	const marker = commentMarker(settings.runId, notification);
	const comment = {
		marker,
		body: commentBody(marker, notification)
	};
	const outcome = await require_shared.attempt(settings, (timeLeft) => writeAll(comment, settings, timeLeft)).catch(() => CANCELLED);
	return outcome.ok ? void 0 : require_shared.commentFailed(outcome.reason);
}
/** One pull request may be locked or gone; the others still get their comment, unless GitHub asks for a pause. */
async function writeAll(comment, settings, timeLeft) {
	const attempted = async (act) => {
		try {
			await act();
			return { ok: true };
		} catch (error) {
			return settings.signal?.aborted === true ? CANCELLED : outcomeOf(error, settings.clock.now());
		}
	};
	const writes = [];
	let worst = await attempted(async () => {
		const request = await openGitHub({
			...settings,
			timeLeft
		});
		for (const pullRequest of await findPullRequests(request, settings)) writes.push(() => writeComment(request, settings, pullRequest, comment));
	});
	for (const write of writes) {
		const outcome = await attempted(write);
		if (!outcome.ok && outcome.isTransient) return outcome;
		if (worst.ok) worst = outcome;
	}
	return worst;
}
const CANCELLED = permanent(require_shared.CANCELLED);
const WITHOUT_ANSWER = require_shared.object({ cause: require_shared.instance(GitHubUnanswered) });
const HTTP_ERROR = require_shared.object({
	status: require_shared.number(),
	response: require_shared.object({
		headers: require_shared.record(require_shared.string(), require_shared.string()),
		data: require_shared.unknown()
	})
});
const GITHUB_ERROR = require_shared.object({ message: require_shared.string() });
function outcomeOf(error, now) {
	if (require_shared.is(WITHOUT_ANSWER, error)) return unanswered(error.cause);
	if (error instanceof GitHubUnreadable) return fromBetween(200);
	const parsed = require_shared.safeParse(HTTP_ERROR, error);
	if (!parsed.success) return permanent(require_shared.github.unusable);
	const { status, response } = parsed.output;
	const { headers, data } = response;
	const retryAfterMs = require_shared.parseRetryAfter(headers["retry-after"], now) ?? rateLimitWait(headers, now);
	if (status === 429 || status === 403 && retryAfterMs !== void 0) return transient(require_shared.github.limited(status), retryAfterMs);
	if (require_shared.isTransientStatus(status)) return transient(require_shared.github.answered(status), retryAfterMs);
	if (!require_shared.is(GITHUB_ERROR, data)) return fromBetween(status);
	return permanent(require_shared.github.refused[status] ?? require_shared.github.answered(status));
}
function unanswered({ failure }) {
	if (failure === "redirect") return permanent(require_shared.github.redirects);
	return require_shared.failureOutcome(failure, require_shared.github.unanswered(require_shared.oneLine(failure.reason)));
}
/** A challenge page, a gateway: it says nothing of the token's permissions, and may be gone in a moment. */
function fromBetween(status) {
	return transient(require_shared.github.fromBetween(status));
}
function transient(reason, retryAfterMs) {
	return {
		ok: false,
		reason,
		isTransient: true,
		retryAfterMs
	};
}
function permanent(reason) {
	return {
		ok: false,
		reason,
		isTransient: false
	};
}
/** Milliseconds until an exhausted limit is renewed; `x-ratelimit-reset` is in seconds since the epoch. */
function rateLimitWait(headers, now) {
	if (headers["x-ratelimit-remaining"] !== "0") return void 0;
	const reset = Number(headers["x-ratelimit-reset"]);
	return Number.isNaN(reset) ? 0 : Math.max(0, reset * 1e3 - now);
}

exports.commentOnPullRequests = commentOnPullRequests;
})();

module.exports = __webpack_exports__;
/******/ })()
;