/******/ (() => { // webpackBootstrap
/******/ 	var __webpack_modules__ = ({

/***/ 790:
/***/ ((module) => {

"use strict";
module.exports = require("./comment.js");

/***/ }),

/***/ 843:
/***/ ((module) => {

"use strict";
module.exports = require("./rolldown-runtime.js");

/***/ }),

/***/ 761:
/***/ ((module) => {

"use strict";
module.exports = require("./undici.js");

/***/ }),

/***/ 994:
/***/ ((module) => {

"use strict";
module.exports = require("./webhook.js");

/***/ }),

/***/ 982:
/***/ ((module) => {

"use strict";
module.exports = require("crypto");

/***/ }),

/***/ 896:
/***/ ((module) => {

"use strict";
module.exports = require("fs");

/***/ }),

/***/ 30:
/***/ ((module) => {

"use strict";
module.exports = require("node:net");

/***/ }),

/***/ 500:
/***/ ((module) => {

"use strict";
module.exports = require("node:timers/promises");

/***/ }),

/***/ 522:
/***/ ((module) => {

"use strict";
module.exports = require("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

"use strict";
module.exports = require("os");

/***/ }),

/***/ 928:
/***/ ((module) => {

"use strict";
module.exports = require("path");

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
const require_rolldown_runtime = __nccwpck_require__(843);
const require_undici$1 = __nccwpck_require__(761);
let os = __nccwpck_require__(857);
os = require_rolldown_runtime.__toESM(os, 1);
let crypto = __nccwpck_require__(982);
crypto = require_rolldown_runtime.__toESM(crypto, 1);
let fs = __nccwpck_require__(896);
fs = require_rolldown_runtime.__toESM(fs, 1);
__nccwpck_require__(928);
let node_net = __nccwpck_require__(30);
let node_zlib = __nccwpck_require__(522);
let node_timers_promises = __nccwpck_require__(500);

// node_modules/@actions/core/lib/utils.js
/**
* Sanitizes an input into a string so it can be passed into issueCommand safely
* @param input input to sanitize into a string
*/
function toCommandValue(input) {
	if (input === null || input === void 0) return "";
	else if (typeof input === "string" || input instanceof String) return input;
	return JSON.stringify(input);
}
/**
*
* @param annotationProperties
* @returns The command properties to send with the actual annotation command
* See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
*/
function toCommandProperties(annotationProperties) {
	if (!Object.keys(annotationProperties).length) return {};
	return {
		title: annotationProperties.title,
		file: annotationProperties.file,
		line: annotationProperties.startLine,
		endLine: annotationProperties.endLine,
		col: annotationProperties.startColumn,
		endColumn: annotationProperties.endColumn
	};
}

// node_modules/@actions/core/lib/command.js
/**
* Issues a command to the GitHub Actions runner
*
* @param command - The command name to issue
* @param properties - Additional properties for the command (key-value pairs)
* @param message - The message to include with the command
* @remarks
* This function outputs a specially formatted string to stdout that the Actions
* runner interprets as a command. These commands can control workflow behavior,
* set outputs, create annotations, mask values, and more.
*
* Command Format:
*   ::name key=value,key=value::message
*
* @example
* ```typescript
* // Issue a warning annotation
* issueCommand('warning', {}, 'This is a warning message');
* // Output: ::warning::This is a warning message
*
* // Set an environment variable
* issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
* // Output: ::set-env name=MY_VAR::some value
*
* // Add a secret mask
* issueCommand('add-mask', {}, 'secretValue123');
* // Output: ::add-mask::secretValue123
* ```
*
* @internal
* This is an internal utility function that powers the public API functions
* such as setSecret, warning, error, and exportVariable.
*/
function issueCommand(command, properties, message) {
	const cmd = new Command(command, properties, message);
	process.stdout.write(cmd.toString() + os.EOL);
}
function issue(name, message = "") {
	issueCommand(name, {}, message);
}
const CMD_STRING = "::";
var Command = class {
	constructor(command, properties, message) {
		if (!command) command = "missing.command";
		this.command = command;
		this.properties = properties;
		this.message = message;
	}
	toString() {
		let cmdStr = CMD_STRING + this.command;
		if (this.properties && Object.keys(this.properties).length > 0) {
			cmdStr += " ";
			let first = true;
			for (const key in this.properties) if (this.properties.hasOwnProperty(key)) {
				const val = this.properties[key];
				if (val) {
					if (first) first = false;
					else cmdStr += ",";
					cmdStr += `${key}=${escapeProperty(val)}`;
				}
			}
		}
		cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
		return cmdStr;
	}
};
function escapeData(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}

// node_modules/@actions/core/lib/file-command.js
function issueFileCommand(command, message) {
	const filePath = process.env[`GITHUB_${command}`];
	if (!filePath) throw new Error(`Unable to find environment variable for file command ${command}`);
	if (!fs.existsSync(filePath)) throw new Error(`Missing file at path: ${filePath}`);
	fs.appendFileSync(filePath, `${toCommandValue(message)}${os.EOL}`, { encoding: "utf8" });
}
function prepareKeyValueMessage(key, value) {
	const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
	const convertedValue = toCommandValue(value);
	if (key.includes(delimiter)) throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
	if (convertedValue.includes(delimiter)) throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
	return `${key}<<${delimiter}${os.EOL}${convertedValue}${os.EOL}${delimiter}`;
}

// node_modules/@actions/core/lib/summary.js
var __awaiter$1 = void 0 && (void 0).__awaiter || function(thisArg, _arguments, P, generator) {
	function adopt(value) {
		return value instanceof P ? value : new P(function(resolve) {
			resolve(value);
		});
	}
	return new (P || (P = Promise))(function(resolve, reject) {
		function fulfilled(value) {
			try {
				step(generator.next(value));
			} catch (e) {
				reject(e);
			}
		}
		function rejected(value) {
			try {
				step(generator["throw"](value));
			} catch (e) {
				reject(e);
			}
		}
		function step(result) {
			result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected);
		}
		step((generator = generator.apply(thisArg, _arguments || [])).next());
	});
};
const { access, appendFile, writeFile } = fs.promises;
const SUMMARY_ENV_VAR = "GITHUB_STEP_SUMMARY";
var Summary = class {
	constructor() {
		this._buffer = "";
	}
	/**
	* Finds the summary file path from the environment, rejects if env var is not found or file does not exist
	* Also checks r/w permissions.
	*
	* @returns step summary file path
	*/
	filePath() {
		return __awaiter$1(this, void 0, void 0, function* () {
			if (this._filePath) return this._filePath;
			const pathFromEnv = process.env[SUMMARY_ENV_VAR];
			if (!pathFromEnv) throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
			try {
				yield access(pathFromEnv, fs.constants.R_OK | fs.constants.W_OK);
			} catch (_a) {
				throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
			}
			this._filePath = pathFromEnv;
			return this._filePath;
		});
	}
	/**
	* Wraps content in an HTML tag, adding any HTML attributes
	*
	* @param {string} tag HTML tag to wrap
	* @param {string | null} content content within the tag
	* @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
	*
	* @returns {string} content wrapped in HTML element
	*/
	wrap(tag, content, attrs = {}) {
		const htmlAttrs = Object.entries(attrs).map(([key, value]) => ` ${key}="${value}"`).join("");
		if (!content) return `<${tag}${htmlAttrs}>`;
		return `<${tag}${htmlAttrs}>${content}</${tag}>`;
	}
	/**
	* Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
	*
	* @param {SummaryWriteOptions} [options] (optional) options for write operation
	*
	* @returns {Promise<Summary>} summary instance
	*/
	write(options) {
		return __awaiter$1(this, void 0, void 0, function* () {
			const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
			const filePath = yield this.filePath();
			yield (overwrite ? writeFile : appendFile)(filePath, this._buffer, { encoding: "utf8" });
			return this.emptyBuffer();
		});
	}
	/**
	* Clears the summary buffer and wipes the summary file
	*
	* @returns {Summary} summary instance
	*/
	clear() {
		return __awaiter$1(this, void 0, void 0, function* () {
			return this.emptyBuffer().write({ overwrite: true });
		});
	}
	/**
	* Returns the current summary buffer as a string
	*
	* @returns {string} string of summary buffer
	*/
	stringify() {
		return this._buffer;
	}
	/**
	* If the summary buffer is empty
	*
	* @returns {boolen} true if the buffer is empty
	*/
	isEmptyBuffer() {
		return this._buffer.length === 0;
	}
	/**
	* Resets the summary buffer without writing to summary file
	*
	* @returns {Summary} summary instance
	*/
	emptyBuffer() {
		this._buffer = "";
		return this;
	}
	/**
	* Adds raw text to the summary buffer
	*
	* @param {string} text content to add
	* @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
	*
	* @returns {Summary} summary instance
	*/
	addRaw(text, addEOL = false) {
		this._buffer += text;
		return addEOL ? this.addEOL() : this;
	}
	/**
	* Adds the operating system-specific end-of-line marker to the buffer
	*
	* @returns {Summary} summary instance
	*/
	addEOL() {
		return this.addRaw(os.EOL);
	}
	/**
	* Adds an HTML codeblock to the summary buffer
	*
	* @param {string} code content to render within fenced code block
	* @param {string} lang (optional) language to syntax highlight code
	*
	* @returns {Summary} summary instance
	*/
	addCodeBlock(code, lang) {
		const attrs = Object.assign({}, lang && { lang });
		const element = this.wrap("pre", this.wrap("code", code), attrs);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML list to the summary buffer
	*
	* @param {string[]} items list of items to render
	* @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
	*
	* @returns {Summary} summary instance
	*/
	addList(items, ordered = false) {
		const tag = ordered ? "ol" : "ul";
		const listItems = items.map((item) => this.wrap("li", item)).join("");
		const element = this.wrap(tag, listItems);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML table to the summary buffer
	*
	* @param {SummaryTableCell[]} rows table rows
	*
	* @returns {Summary} summary instance
	*/
	addTable(rows) {
		const tableBody = rows.map((row) => {
			const cells = row.map((cell) => {
				if (typeof cell === "string") return this.wrap("td", cell);
				const { header, data, colspan, rowspan } = cell;
				const tag = header ? "th" : "td";
				const attrs = Object.assign(Object.assign({}, colspan && { colspan }), rowspan && { rowspan });
				return this.wrap(tag, data, attrs);
			}).join("");
			return this.wrap("tr", cells);
		}).join("");
		const element = this.wrap("table", tableBody);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds a collapsable HTML details element to the summary buffer
	*
	* @param {string} label text for the closed state
	* @param {string} content collapsable content
	*
	* @returns {Summary} summary instance
	*/
	addDetails(label, content) {
		const element = this.wrap("details", this.wrap("summary", label) + content);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML image tag to the summary buffer
	*
	* @param {string} src path to the image you to embed
	* @param {string} alt text description of the image
	* @param {SummaryImageOptions} options (optional) addition image attributes
	*
	* @returns {Summary} summary instance
	*/
	addImage(src, alt, options) {
		const { width, height } = options || {};
		const attrs = Object.assign(Object.assign({}, width && { width }), height && { height });
		const element = this.wrap("img", null, Object.assign({
			src,
			alt
		}, attrs));
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML section heading element
	*
	* @param {string} text heading text
	* @param {number | string} [level=1] (optional) the heading level, default: 1
	*
	* @returns {Summary} summary instance
	*/
	addHeading(text, level) {
		const tag = `h${level}`;
		const allowedTag = [
			"h1",
			"h2",
			"h3",
			"h4",
			"h5",
			"h6"
		].includes(tag) ? tag : "h1";
		const element = this.wrap(allowedTag, text);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML thematic break (<hr>) to the summary buffer
	*
	* @returns {Summary} summary instance
	*/
	addSeparator() {
		const element = this.wrap("hr", null);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML line break (<br>) to the summary buffer
	*
	* @returns {Summary} summary instance
	*/
	addBreak() {
		const element = this.wrap("br", null);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML blockquote to the summary buffer
	*
	* @param {string} text quote text
	* @param {string} cite (optional) citation url
	*
	* @returns {Summary} summary instance
	*/
	addQuote(text, cite) {
		const attrs = Object.assign({}, cite && { cite });
		const element = this.wrap("blockquote", text, attrs);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML anchor tag to the summary buffer
	*
	* @param {string} text link text/content
	* @param {string} href hyperlink
	*
	* @returns {Summary} summary instance
	*/
	addLink(text, href) {
		const element = this.wrap("a", text, { href });
		return this.addRaw(element).addEOL();
	}
};
const _summary = new Summary();
const summary = _summary;

// node_modules/@actions/core/lib/core.js
var __awaiter = void 0 && (void 0).__awaiter || function(thisArg, _arguments, P, generator) {
	function adopt(value) {
		return value instanceof P ? value : new P(function(resolve) {
			resolve(value);
		});
	}
	return new (P || (P = Promise))(function(resolve, reject) {
		function fulfilled(value) {
			try {
				step(generator.next(value));
			} catch (e) {
				reject(e);
			}
		}
		function rejected(value) {
			try {
				step(generator["throw"](value));
			} catch (e) {
				reject(e);
			}
		}
		function step(result) {
			result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected);
		}
		step((generator = generator.apply(thisArg, _arguments || [])).next());
	});
};
/**
* The code to exit an action
*/
var ExitCode;
(function(ExitCode) {
	/**
	* A code indicating that the action was successful
	*/
	ExitCode[ExitCode["Success"] = 0] = "Success";
	/**
	* A code indicating that the action was a failure
	*/
	ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
/**
* Registers a secret which will get masked from logs
*
* @param secret - Value of the secret to be masked
* @remarks
* This function instructs the Actions runner to mask the specified value in any
* logs produced during the workflow run. Once registered, the secret value will
* be replaced with asterisks (***) whenever it appears in console output, logs,
* or error messages.
*
* This is useful for protecting sensitive information such as:
* - API keys
* - Access tokens
* - Authentication credentials
* - URL parameters containing signatures (SAS tokens)
*
* Note that masking only affects future logs; any previous appearances of the
* secret in logs before calling this function will remain unmasked.
*
* @example
* ```typescript
* // Register an API token as a secret
* const apiToken = "abc123xyz456";
* setSecret(apiToken);
*
* // Now any logs containing this value will show *** instead
* console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
* ```
*/
function setSecret(secret) {
	issueCommand("add-mask", {}, secret);
}
/**
* Sets the value of an output.
*
* @param     name     name of the output to set
* @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
*/
function setOutput(name, value) {
	if (process.env["GITHUB_OUTPUT"] || "") return issueFileCommand("OUTPUT", prepareKeyValueMessage(name, value));
	process.stdout.write(os.EOL);
	issueCommand("set-output", { name }, toCommandValue(value));
}
/**
* Writes debug message to user log
* @param message debug message
*/
function debug(message) {
	issueCommand("debug", {}, message);
}
/**
* Adds an error issue
* @param message error issue message. Errors will be converted to string via toString()
* @param properties optional properties to add to the annotation.
*/
function error(message, properties = {}) {
	issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
* Adds a warning issue
* @param message warning issue message. Errors will be converted to string via toString()
* @param properties optional properties to add to the annotation.
*/
function warning(message, properties = {}) {
	issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
* Adds a notice issue
* @param message notice issue message. Errors will be converted to string via toString()
* @param properties optional properties to add to the annotation.
*/
function notice(message, properties = {}) {
	issueCommand("notice", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
* Writes info to log with console.log.
* @param message info message
*/
function info(message) {
	process.stdout.write(message + os.EOL);
}
/**
* Begin an output group.
*
* Output until the next `groupEnd` will be foldable in this group
*
* @param name The name of the output group
*/
function startGroup(name) {
	issue("group", name);
}
/**
* End an output group.
*/
function endGroup() {
	issue("endgroup");
}
/**
* Saves state for current action, the state can only be retrieved by this action's post job execution.
*
* @param     name     name of the state to store
* @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
*/
function saveState(name, value) {
	if (process.env["GITHUB_STATE"] || "") return issueFileCommand("STATE", prepareKeyValueMessage(name, value));
	issueCommand("save-state", { name }, toCommandValue(value));
}
/**
* Gets the value of an state set by this action's main execution.
*
* @param     name     name of the state to get
* @returns   string
*/
function getState(name) {
	return process.env[`STATE_${name}`] || "";
}

// src/domain/clock.ts
const SECOND_MS$1 = 1e3;
const MINUTE_MS$1 = 60 * SECOND_MS$1;
const HOUR_MS = 60 * MINUTE_MS$1;
const DAY_MS = 24 * HOUR_MS;
/** Why the process's AbortSignal is aborted: the runner, or a person at a terminal, cancelled the step. */
var Cancelled = class extends Error {
	name = "Cancelled";
	signal;
	constructor(signal) {
		super(`the runner asked for the end (${signal})`);
		this.signal = signal;
	}
};

// src/http/messages.ts
var import_undici = require_undici$1.require_undici();
/**
* Every phrase for what goes wrong on the way to a server: each ends a sentence that others begin, such as `Could not
* connect to the API: connection refused (…)`.
*/
/** By the codes of Node and undici. */
const NETWORK_ERRORS = {
	EAI_AGAIN: "the host name could not be looked up",
	ECONNREFUSED: "connection refused",
	ECONNRESET: "connection reset",
	EHOSTUNREACH: "no route to the host",
	ENETUNREACH: "no route to the network",
	ENOTFOUND: "the host name does not exist",
	EPIPE: "connection closed",
	ETIMEDOUT: "connection timed out",
	UND_ERR_BODY_TIMEOUT: "the response stopped before its end",
	UND_ERR_CONNECT_TIMEOUT: "no connection in time",
	UND_ERR_HEADERS_OVERFLOW: "the headers of the response are too large",
	UND_ERR_HEADERS_TIMEOUT: "no response in time",
	UND_ERR_PRX_CONN: "the proxy closed the connection",
	UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the response was cut off",
	UND_ERR_RES_EXCEEDED_MAX_SIZE: "the response is too large",
	UND_ERR_SOCKET: "connection closed"
};
/** By the status with which a proxy answers. */
function proxyRefusal(status) {
	if (status === "407") return "the proxy asks for other credentials (407)";
	return status === "403" ? "the proxy does not allow this host (403)" : `the proxy could not connect (${status})`;
}
function noTls(code) {
	return `TLS could not be negotiated (${code})`;
}
/** A limit of time for a person, to a tenth of a second: `30s`, `1.5s`. */
function limitText(ms) {
	return `${Math.max(1, Math.round(ms / 100)) / 10}s`;
}
function noConnection(limitMs) {
	return `no connection within ${limitText(limitMs)}`;
}
function noResponse(limitMs) {
	return `no complete response within ${limitText(limitMs)}`;
}
const TOO_LARGE_DECOMPRESSED = "the response is too large once decompressed";
function unknownEncoding(encoding) {
	return `the response has the encoding "${encoding.slice(0, 50)}", which cannot be decoded`;
}
/** @param variable the environment variable that holds it */
function noProxyAddress(variable) {
	return `${variable} is not the address of an HTTP proxy (http://… or https://…)`;
}
/** What only ends an exchange of ours; nobody reads it. */
const ENDED$1 = {
	closed: "all connections were closed",
	unwanted: "no longer wanted",
	headersOnly: "the body does not matter"
};

// src/http/content-encoding.ts
const DECODERS = /* @__PURE__ */ new Map([
	["gzip", node_zlib.gunzipSync],
	["x-gzip", node_zlib.gunzipSync],
	["deflate", node_zlib.inflateSync],
	["br", node_zlib.brotliDecompressSync],
	["zstd", node_zlib.zstdDecompressSync],
	["identity", (body) => body]
]);
const MOST_ENCODINGS = 3;
/**
* Undoes the `Content-Encoding` of a body that came compressed although nobody asked for it, as some boxes in between do.
* @param encoding the header's value, empty where there was none
* @param limit bytes that the decoded body may have, after each step
*/
function decodeBody(body, encoding, limit) {
	if (body.length === 0) return {
		ok: true,
		body
	};
	const names = encoding.toLowerCase().split(",").map((name) => name.trim()).filter((name) => name !== "");
	const decoders = names.map((name) => DECODERS.get(name)).filter((decoder) => decoder !== void 0);
	if (decoders.length < names.length || names.length > MOST_ENCODINGS) return unreadable$2(encoding);
	try {
		return {
			ok: true,
			body: decoders.reduceRight((rest, decode) => decode(rest, { maxOutputLength: limit }), body)
		};
	} catch (error) {
		return isTooLarge(error) ? oversized() : unreadable$2(encoding);
	}
}
function isTooLarge(error) {
	return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
function oversized() {
	return {
		ok: false,
		failure: {
			kind: "oversized",
			reason: TOO_LARGE_DECOMPRESSED
		}
	};
}
function unreadable$2(encoding) {
	return {
		ok: false,
		failure: {
			kind: "unreadable",
			reason: unknownEncoding(encoding)
		}
	};
}

// src/http/proxy.ts
const DEFAULT_PORTS = {
	"http:": "80",
	"https:": "443"
};
const LONGEST_PREFIX = {
	ipv4: 32,
	ipv6: 128
};
const LOOPBACK$1 = new node_net.BlockList();
LOOPBACK$1.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK$1.addAddress("::1", "ipv6");
/**
* Chooses the way to `url` from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. The lower-case name wins, as with curl; an
* empty one counts as not given, as with GitHub's own toolkit. `host:port` without a scheme is an HTTP proxy. This
* machine's own addresses are never asked for through a proxy: it would mean another machine by them, and see
* everything that is sent.
*/
function chooseProxy(url, env) {
	const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
	const given = readVariable(name, env);
	if (given === "" || isLoopbackHost(hostOf(url)) || isExempt(url, readVariable("NO_PROXY", env))) return { via: "direct" };
	const uri = given.includes("://") ? given : `http://${given}`;
	if (isProxyAddress(uri)) return {
		via: "proxy",
		uri
	};
	return {
		via: "nothing",
		reason: noProxyAddress(name)
	};
}
/** Whether a host name or address (without brackets) means this machine: `localhost`, 127.0.0.0/8 or `::1`. */
function isLoopbackHost(host) {
	return host === "localhost" || isInside(LOOPBACK$1, host);
}
/**
* Whether `NO_PROXY` exempts a URL. Items are separated by commas or spaces: `*`; an address, or a range of addresses
* (`10.0.0.0/8`, `fd00::/8`), as Go, curl and Python read them; a domain, with its subdomains, with or without a
* leading dot, as curl and Python read it; `*.domain` for the subdomains alone. `:port` limits any of them to a port.
*/
function isExempt(url, noProxy) {
	const host = hostOf(url);
	const port = url.port || DEFAULT_PORTS[url.protocol];
	return noProxy.toLowerCase().split(/[,\s]+/).some((item) => {
		const [pattern, onlyPort] = splitPort(item);
		return (onlyPort === void 0 || onlyPort === port) && matchesHost(pattern, host);
	});
}
function matchesHost(pattern, host) {
	if (pattern === "*") return true;
	const range = rangeOf(pattern);
	if (range !== void 0) return isInside(range, host);
	const domain = withoutFinalDot(pattern.replace(/^\*?\./, ""));
	if (domain === "" || familyOf(host) !== void 0) return false;
	return host.endsWith(`.${domain}`) || host === domain && !pattern.startsWith("*");
}
/** The addresses that an item names; undefined where it names none. */
function rangeOf(pattern) {
	const [address = "", prefix, ...more] = pattern.split("/");
	const family = familyOf(address);
	if (family === void 0 || more.length > 0) return void 0;
	const longest = LONGEST_PREFIX[family];
	const length = prefix === void 0 ? longest : Number(prefix);
	if (prefix === "" || !Number.isInteger(length) || length < 0 || length > longest) return void 0;
	const range = new node_net.BlockList();
	range.addSubnet(address, length, family);
	return range;
}
function isInside(range, host) {
	const family = familyOf(host);
	return family !== void 0 && range.check(host, family);
}
function familyOf(address) {
	const version = (0, node_net.isIP)(address);
	if (version === 0) return void 0;
	return version === 4 ? "ipv4" : "ipv6";
}
/** `host:port`, `[address]:port` or `[address]`; a bare IPv6 address has colons and no port. */
function splitPort(item) {
	const port = /^(?:\[[^\]]*\]|[^:]*):([0-9]+)$/.exec(item)?.[1];
	return [(port === void 0 ? item : item.slice(0, -port.length - 1)).replace(/^\[([^\]]*)\]$/, "$1"), port];
}
function hostOf(url) {
	return withoutFinalDot(url.hostname.toLowerCase().replace(/^\[|\]$/g, ""));
}
function withoutFinalDot(host) {
	return host.endsWith(".") ? host.slice(0, -1) : host;
}
function readVariable(name, env) {
	return (env[name.toLowerCase()] || env[name] || "").trim();
}
function isProxyAddress(uri) {
	const url = URL.parse(uri);
	if (url === null) return false;
	return /^https?:$/.test(url.protocol) && canBeDecoded(url.username) && canBeDecoded(url.password);
}
function canBeDecoded(text) {
	try {
		return true;
	} catch {
		return false;
	}
}

// src/http/transport-failure.ts
const CERTIFICATE_CODE = /^(?:UNABLE_TO_|CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_|UND_ERR_PRX_TLS$)/;
const TLS_CODE = /^(?:ERR_SSL_|EPROTO$)/;
const PROXY_ANSWER = /^Proxy (?:response|Authentication Required) \((\d+)\)/;
const PROXY_REFUSALS = /* @__PURE__ */ new Set(["403", "407"]);
const TIMEOUT_CODES = /* @__PURE__ */ new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);
const OVERSIZE_CODES = /* @__PURE__ */ new Set(["UND_ERR_HEADERS_OVERFLOW", "UND_ERR_RES_EXCEEDED_MAX_SIZE"]);
/**
* Says what an error of the connection means.
* @param started whether undici had begun to write the request. Until then no byte of it can have reached the API,
*   whatever the error; from then on it may have been acted on, whatever the error.
*/
function toTransportFailure(error, started) {
	const network = networkErrorOf(error);
	return {
		kind: kindOf$1(network, started),
		reason: reasonOf$3(network),
		code: network.code
	};
}
function kindOf$1({ code, message }, started) {
	const proxyStatus = proxyStatusOf(message);
	if (proxyStatus !== void 0) return PROXY_REFUSALS.has(proxyStatus) ? "proxy" : "unreachable";
	if (!started) return connectionKindOf(code);
	if (TIMEOUT_CODES.has(code)) return "timeout";
	return OVERSIZE_CODES.has(code) ? "oversized" : "interrupted";
}
function connectionKindOf(code) {
	if (CERTIFICATE_CODE.test(code)) return "certificate";
	if (TLS_CODE.test(code)) return "tls";
	return code === "ENOTFOUND" ? "unknown-host" : "unreachable";
}
function networkErrorOf(error) {
	const [first] = error instanceof AggregateError ? error.errors : [];
	return {
		code: "code" in error ? String(error.code) : error.name,
		message: error.message || (first instanceof Error ? first.message : "")
	};
}
function proxyStatusOf(message) {
	return PROXY_ANSWER.exec(message)?.[1];
}
function reasonOf$3({ code, message }) {
	const proxyStatus = proxyStatusOf(message);
	if (proxyStatus !== void 0) return proxyRefusal(proxyStatus);
	if (TLS_CODE.test(code)) return noTls(code);
	const explanation = NETWORK_ERRORS[code];
	const [first] = message.split(";", 1);
	if (explanation === void 0) return first ? `${first} (${code})` : code;
	return `${explanation} (${message.includes(code) ? message : code})`;
}

// src/http/undici-transport.ts
/**
* HTTP/1.1 over undici: certificates always verified, the proxy environment honoured, every request on a connection of
* its own. A kept connection may have been closed by the other side at the very moment when a request is written to it;
* then nobody could tell whether the request was acted on.
*/
function createUndiciTransport(settings) {
	const { env, ...given } = settings;
	const limits = {
		connectTimeoutMs: 1e4,
		silenceTimeoutMs: 6e4,
		bodyLimit: 8388608,
		headerLimit: 65536,
		...given
	};
	const dispatchers = new Dispatchers(limits);
	return {
		send: async (request, options) => {
			options.signal?.throwIfAborted();
			if (dispatchers.isClosed) return {
				ok: false,
				failure: {
					kind: "unreachable",
					reason: ENDED$1.closed
				}
			};
			const choice = chooseProxy(request.url, env);
			if (choice.via === "nothing") return {
				ok: false,
				failure: {
					kind: "proxy",
					reason: choice.reason
				}
			};
			return await new Exchange(request, options, limits).run(dispatchers.get(choice, request.url.protocol));
		},
		close: () => dispatchers.close()
	};
}
/** undici's dispatchers, one for each way, made when they are first needed. */
var Dispatchers = class {
	#limits;
	#connect;
	#sockets = /* @__PURE__ */ new Set();
	#open = /* @__PURE__ */ new Map();
	isClosed = false;
	constructor(limits) {
		this.#limits = limits;
		const connect = (0, import_undici.buildConnector)({
			timeout: limits.connectTimeoutMs,
			allowH2: false,
			rejectUnauthorized: true
		});
		this.#connect = (options, callback) => {
			const socket = connect(options, callback);
			this.#sockets.add(socket);
			socket.once("close", () => this.#sockets.delete(socket));
		};
	}
	get(way, scheme) {
		const key = way.via === "direct" ? "" : `${scheme} ${way.uri}`;
		const dispatcher = this.#open.get(key) ?? this.#make(way, scheme);
		this.#open.set(key, dispatcher);
		return dispatcher;
	}
	async close() {
		this.isClosed = true;
		const closing = [...this.#open.values()].map((dispatcher) => dispatcher.destroy());
		for (const socket of this.#sockets) socket.destroy(/* @__PURE__ */ new Error("closed"));
		await Promise.all(closing);
	}
	#make(way, scheme) {
		const { limits, connect } = {
			limits: this.#limits,
			connect: this.#connect
		};
		const options = {
			connect,
			allowH2: false,
			pipelining: 0,
			maxHeaderSize: limits.headerLimit,
			maxResponseSize: limits.bodyLimit
		};
		if (way.via === "direct") return new import_undici.Agent(options);
		const toProxy = (uri) => new import_undici.Pool(uri, {
			...options,
			headersTimeout: limits.connectTimeoutMs
		});
		if (scheme === "http:") return new import_undici.ProxyAgent({
			...options,
			uri: way.uri,
			proxyTunnel: false,
			factory: toProxy
		});
		return new import_undici.ProxyAgent({
			...options,
			uri: way.uri,
			clientFactory: toProxy,
			connectTimeout: limits.connectTimeoutMs,
			requestTls: { rejectUnauthorized: true }
		});
	}
};
/** One request and what comes back. undici calls the `on…` methods. */
var Exchange = class {
	#request;
	#options;
	#limits;
	#outcome = Promise.withResolvers();
	#chunks = [];
	#controller;
	#over = false;
	#status = 0;
	#headers = {};
	#timer;
	constructor(request, options, limits) {
		this.#request = request;
		this.#options = options;
		this.#limits = limits;
	}
	run(dispatcher) {
		const { method, url, headers, body } = this.#request;
		const silence = Math.min(this.#limits.silenceTimeoutMs, this.#options.timeoutMs);
		this.#timer = setTimeout(this.#onTimeout, this.#options.timeoutMs);
		this.#options.signal?.addEventListener("abort", this.#onAbort);
		dispatcher.dispatch({
			origin: url.origin,
			path: url.pathname + url.search,
			method,
			headers: {
				"Accept-Encoding": "identity",
				...headers
			},
			body: body ?? null,
			headersTimeout: silence,
			bodyTimeout: silence
		}, this);
		return this.#outcome.promise;
	}
	/** Called when there is a connection, immediately before the first byte of the request is written. */
	onRequestStart(controller) {
		if (this.#over) controller.abort(new Error(ENDED$1.unwanted));
		else this.#controller = controller;
	}
	onResponseStart(controller, status, headers) {
		this.#status = status;
		this.#headers = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
		if (this.#options.headersOnly !== true) return;
		this.#end({
			ok: true,
			answer: {
				status,
				headers: this.#headers,
				body: ""
			}
		});
		controller.abort(new Error(ENDED$1.headersOnly));
	}
	onResponseData(_, chunk) {
		this.#chunks.push(chunk);
	}
	onResponseEnd() {
		const encoding = this.#headers["content-encoding"] ?? "";
		const decoded = decodeBody(Buffer.concat(this.#chunks), encoding, this.#limits.bodyLimit);
		if (decoded.ok) {
			const body = new TextDecoder().decode(decoded.body);
			this.#end({
				ok: true,
				answer: {
					status: this.#status,
					headers: this.#headers,
					body
				}
			});
		} else this.#end(decoded);
	}
	onResponseError(_, error) {
		const started = this.#controller !== void 0;
		if (!started && "code" in error && error.code === "UND_ERR_INVALID_ARG") this.#fail(error);
		else this.#end({
			ok: false,
			failure: toTransportFailure(error, started)
		});
	}
	#onTimeout = () => {
		const { timeoutMs } = this.#options;
		const failure = this.#controller === void 0 ? {
			kind: "unreachable",
			reason: noConnection(timeoutMs)
		} : {
			kind: "timeout",
			reason: noResponse(timeoutMs)
		};
		this.#end({
			ok: false,
			failure
		});
		this.#controller?.abort(new Error(failure.reason));
	};
	#onAbort = () => {
		this.#fail(this.#options.signal?.reason);
		this.#controller?.abort(/* @__PURE__ */ new Error("cancelled"));
	};
	#end(result) {
		this.#release();
		this.#outcome.resolve(result);
	}
	#fail(reason) {
		this.#release();
		this.#outcome.reject(reason);
	}
	#release() {
		this.#over = true;
		clearTimeout(this.#timer);
		this.#options.signal?.removeEventListener("abort", this.#onAbort);
	}
};

// src/domain/limits.ts
/** Limits and durations of the API, documented or assumed. */
/** 3 to 10 minutes (published reference): a hint, not a promise. */
const CREATE_DURATION = {
	fromMs: 3 * MINUTE_MS$1,
	toMs: 10 * MINUTE_MS$1
};
/** 5 to 15 minutes (published reference): a hint, not a promise. */
const RESTORE_DURATION = {
	fromMs: 5 * MINUTE_MS$1,
	toMs: 15 * MINUTE_MS$1
};

// src/domain/few.ts
/** How many of a list are named, by what they are named for. Tables and outputs have them all. */
const NAMED = {
	/** A headline, which is read at a glance. */
	headline: 3,
	/** What somebody has to look at or choose among. */
	choice: 5,
	/** Details. */
	detail: 10,
	/** What is to be copied; the runner cuts an annotation's text at 4,096 characters. */
	copy: 30
};
/** The first few of a list, and how many more there are: `801, 802, 803 and 7 more`. */
function few(items, shown = NAMED.headline, separator = ", ") {
	const more = items.length > shown ? ` and ${items.length - shown} more` : "";
	return `${items.slice(0, shown).join(separator)}${more}`;
}

// src/inputs/messages.ts
/**
* Every sentence that a person reads about inputs. `shown` is a value made safe to print by a `Quote`, with its
* quotation marks.
*/
/** `a`, `b` or `c`. */
function wordList(words, joint) {
	const quoted = words.map((word) => `\`${word}\``);
	const last = quoted.at(-1);
	return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} ${joint} ${last}`;
}
/** The first few of many: ten thousand wrong items in a list are one mistake. */
function firstFew(items, separator) {
	return few(items, NAMED.choice, separator);
}
const HEADLINE = 150;
/** What is said of these problems: the headline, and what does not fit into it. */
function refusal(problems) {
	const what = `Invalid input: ${problems[0]} Nothing was sent.`;
	if (problems.length === 1 && what.length <= HEADLINE) return {
		what,
		state: ""
	};
	return {
		what: `${problems.length === 1 ? "Invalid input." : `${problems.length} invalid inputs.`} Nothing was sent.`,
		state: problems.join(" ")
	};
}
const FIND_IDS = {
	server: "the setup in the README shows how to list them",
	snapshot: "`operation: list` shows them"
};
const EMPTY_VARIABLE = "A variable whose name is misspelled, or that was saved as a secret, is empty.";
const SEPARATED = "separated by commas, spaces or line breaks";
const expects = {
	boolean: "`true` or `false`",
	text: "text",
	timeout: "a duration such as 90s, 15m or 1h30m",
	interval: "a duration such as 5s or 1m",
	age: "a duration such as 90s, 15m, 1h30m or 2d",
	number: (least, most) => `a whole number from ${least} to ${most}`,
	keepLast: (most) => `a whole number from 1 to ${most}, or more with \`when-full: delete-oldest\``,
	oneOf: (words) => wordList(words, "or"),
	anyOf: (words) => `one or more of ${wordList(words, "and")}, ${SEPARATED}`,
	orWord: (word, other) => `\`${word}\` or ${other}`,
	ids: (what) => `${what} IDs (digits or UUIDs, not names; ${FIND_IDS[what]}), ${SEPARATED}`,
	apiUrl: "an `https:` URL (`http:` only for a loopback address) without credentials, query or fragment",
	notifyUrl: "an `https:` URL (`http:` only for a loopback address) without credentials",
	healthTargets: `\`https://…\`, \`http://…\` or \`tcp://host:port\` without credentials, ${SEPARATED}`,
	apiToken: "the token alone, as VPS.org showed it when it was created",
	githubToken: "a token such as `${{ github.token }}`",
	jobStatus: "`success`, `failure` or `cancelled`",
	name: (longest) => `ASCII letters, digits, "-" and "_", at most ${longest} characters`
};
/** One problem of one input, as it is printed. */
function problemOf$1(name, complaint, expected) {
	return `\`${name}\`: ${complaint}. Expected ${expected}.`;
}
const complaints = {
	notBoolean: (shown) => `${shown} is not a boolean`,
	notDuration: (shown) => `${shown} is not a valid duration`,
	tooShort: (shown, least) => `${shown} is shorter than ${least}`,
	tooLong: (shown, most) => `${shown} is longer than ${most}`,
	notNumber: (shown) => `${shown} is not valid`,
	notSupported: (shown, meant) => `${shown} is not supported${meant === void 0 ? "" : ` (did you mean \`${meant}\`?)`}`,
	inQuotationMarks: (shown) => `${shown} has quotation marks around it, which are part of the value`,
	notAscii: (shown) => `${shown} contains characters that only look like ASCII letters or digits`,
	emptyList: (shown) => `${shown} is an empty list`,
	repeated: (shown) => `${shown} is listed more than once`,
	notId: (shown, what) => `${shown} is not a ${what} ID`,
	noValidName: (shown) => `${shown} has no character that a snapshot name may contain`,
	notUrl: (shown) => `${shown} is not a URL`,
	notHttps: (shown) => `${shown} is not an https URL`,
	credentials: (shown) => `${shown} contains credentials`,
	queryOrFragment: (shown) => `${shown} contains a query or a fragment`,
	unencrypted: (shown, what) => `${shown} would send ${what} unencrypted`,
	notHealthTarget: (shown) => `${shown} is not supported`,
	noHost: (shown) => `${shown} has no valid host`,
	noPort: (shown) => `${shown} has no port`,
	notOnlyHostAndPort: (shown) => `${shown} has more than a host and a port`,
	bearer: "the value starts with an authorization scheme such as \"Bearer\" (value not shown)",
	quotationMarks: "the value has quotation marks around it (value not shown)",
	whitespace: "the value contains a space or a line break (value not shown)",
	misplacedToken: "the value contains the API token (value not shown)",
	notToken: "the value contains characters that cannot be part of a token (value not shown)"
};
const hiddenCredentials = "a value with \"@\" (not shown, because it may contain a password)";
function shortened(beginning) {
	return `${beginning}…"`;
}
/** Where the API token belongs. */
const withoutToken = "a value without it: only `api-token` may hold the API token";
/** Stands for a value that is a secret. */
const hiddenSecret = "the value (not shown)";
const missing$1 = {
	operation: (operations) => `\`operation\` is empty. Expected ${expects.oneOf(operations)}.`,
	apiToken: "`api-token` is empty. Check the name of the secret. Forks get no secrets, Dependabot only its own, and a secret of an environment needs `environment:` on the job.",
	serversToSnapshot: `\`server-id\` is empty. Set it to the IDs of the servers to snapshot (${FIND_IDS.server}). ${EMPTY_VARIABLE}`,
	snapshots: "`snapshot-id` is empty. Set `snapshot-id` or `snapshot-name`. An empty value is never treated as `latest`. If the value comes from `steps.<id>.outputs.snapshot-id` or from `needs`, the snapshot step was skipped, it made no snapshot, or the runner dropped the ID because it contains the text of a secret.",
	serversToSearch: (input) => `\`server-id\` is empty. \`${input}\` needs the servers to search. ${EMPTY_VARIABLE}`
};
const contradictions = {
	needsCompletion: (names, what) => `\`wait: false\` cannot be combined with ${wordList(names, "and")}, which ${names.length === 1 ? "needs" : "need"} the ${what} to complete. Move ${names.length === 1 ? "it" : "them"} to a later step with \`operation: wait\`, or remove \`wait: false\`.`,
	stopServer: "`wait: false` cannot be combined with `stop-server`, which needs the snapshot to complete before it starts the server again. Remove one of them.",
	restoreAndDelete: (ends) => `${wordList(ends, "and")} cannot be in both \`restore-on\` and \`delete-on\`. Remove ${ends.length === 1 ? "it" : "them"} from one of them.`,
	keepAndDelete: "`keep: true` cannot be combined with `delete-on`, which would delete the snapshot. Remove one of them.",
	keptSlots: (kept, slots) => `\`keep-last: ${kept}\` never frees a slot, because a server has only ${slots}. Set 1 to ${slots - 1}, or add \`when-full: delete-oldest\`.`,
	idAndName: "`snapshot-id` and `snapshot-name` cannot be combined. Remove one of them.",
	latestToDelete: "`snapshot-id: latest` cannot be combined with `operation: delete`. Set the IDs of the snapshots."
};
/** A bare number is taken for seconds. */
function readAsSeconds(name, text) {
	return `\`${name}: ${text}\` means ${text} ${text === "1" ? "second" : "seconds"}. Write \`${text}s\` if that is right, or \`${text}m\` for minutes.`;
}
const unknownNames = {
	/** `shown` is a name made safe to print, without quotation marks. */
	nearMiss: (shown, meant) => `\`${shown}\` (variable \`INPUT_${shown.toUpperCase()}\`) is not an input of this action. Did you mean \`${meant}\`?`,
	ignored: (shown) => `Unknown ${shown.length === 1 ? "input" : "inputs"} ignored: ${firstFew(shown.map((name) => `\`${name}\``), ", ")}.`
};
const unused = {
	notice: (operation, inputs) => `Ignored by \`operation: ${operation}\`: ${inputs.join(", ")}.`,
	otherOperations: (name, operations) => `\`${name}\` (only for ${operations.join(", ")})`,
	needs: (name, others) => `\`${name}\` (only with ${wordList(others, "or")})`
};

// src/domain/ids.ts
const DIGITS = /^[1-9][0-9]{0,39}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
function normalise(text) {
	if (DIGITS.test(text)) return text;
	return UUID.test(text) ? text.toLowerCase() : void 0;
}
/** Reads a snapshot's id: decimal digits without a leading zero, or a UUID (lower-cased). Anything else is undefined. */
function parseSnapshotId(text) {
	return normalise(text);
}
/** Reads a server's id: decimal digits without a leading zero, or a UUID (lower-cased). Anything else is undefined. */
function parseServerId(text) {
	return normalise(text);
}
/** Whether the id is a number; otherwise it is a UUID. */
function isNumericId(id) {
	return DIGITS.test(id);
}
/** The id as JSON text: digits as a number with all of its digits, a UUID as a string. */
function idToJson(id) {
	return isNumericId(id) ? id : JSON.stringify(id);
}

// src/policy/durations.ts
/** Ten years: longer than any time-out or age, and far below where numbers lose precision. */
const LONGEST_MS = 3650 * DAY_MS;
const SECONDS$1 = /^[0-9]{1,15}$/;
const COMBINED = /^(?:(?<d>[0-9]{1,15})d)?(?:(?<h>[0-9]{1,15})h)?(?:(?<m>[0-9]{1,15})m)?(?:(?<s>[0-9]{1,15})s)?(?:(?<ms>[0-9]{1,15})ms)?$/;
const UNITS = [
	["d", DAY_MS],
	["h", HOUR_MS],
	["m", MINUTE_MS$1],
	["s", SECOND_MS$1],
	["ms", 1]
];
/**
* Reads a duration as milliseconds: `90s`, `15m`, `1h30m`, `500ms`, `2d`, or a bare number of seconds; spaces
* around it do not matter. Undefined for anything else and for more than ten years.
*/
function parseDuration(text) {
	const trimmed = text.trim();
	const duration = SECONDS$1.test(trimmed) ? Number(trimmed) * SECOND_MS$1 : parseCombined(trimmed);
	return duration === void 0 || duration > LONGEST_MS ? void 0 : duration;
}
function parseCombined(text) {
	const amounts = COMBINED.exec(text)?.groups;
	if (text === "" || amounts === void 0) return void 0;
	return UNITS.reduce((sum, [unit, milliseconds]) => sum + Number(amounts[unit] ?? 0) * milliseconds, 0);
}
/**
* A length of time for a person, in its two largest units: `4m 10s`, `1h 5m`, `2d 3h`, `12s`, `0s`. Rounded to the
* second, from an hour on to the minute, from 48 hours on to the hour. What is no length of time (negative, NaN) is `0s`.
*/
function formatDuration(ms) {
	const seconds = Math.round(bounded$1(ms) / SECOND_MS$1);
	if (seconds < 60) return `${seconds}s`;
	if (seconds < 3600) return pair(Math.floor(seconds / 60), "m", seconds % 60, "s");
	const minutes = Math.round(bounded$1(ms) / MINUTE_MS$1);
	if (minutes < 2880) return pair(Math.floor(minutes / 60), "h", minutes % 60, "m");
	const hours = Math.round(bounded$1(ms) / HOUR_MS);
	return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}
function pair(large, largeUnit, small, smallUnit) {
	return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`;
}
/**
* An age for a person, in one unit: `45 seconds`, `18 minutes`, `1 hour`, `2 days` (days from 48 hours on). Rounded
* to the nearest. What is no age (negative because two clocks differ, NaN) is `0 seconds`.
*/
function formatAge(ms) {
	const age = bounded$1(ms);
	const seconds = Math.round(age / SECOND_MS$1);
	if (seconds < 60) return counted(seconds, "second");
	const minutes = Math.round(age / MINUTE_MS$1);
	if (minutes < 60) return counted(minutes, "minute");
	const hours = Math.round(age / HOUR_MS);
	return hours < 48 ? counted(hours, "hour") : counted(Math.round(age / DAY_MS), "day");
}
function counted(count, unit) {
	return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
function bounded$1(ms) {
	return ms > 0 ? Math.min(ms, LONGEST_MS) : 0;
}

// src/inputs/resemblance.ts
/** No name is so long that more slips than this still resemble it. */
const MOST_EDITS = 3;
/**
* The candidate that a text was probably meant to be: the same letters but for case, `-`, `_`, `.` and spaces, or the
* fewest slips away (a character inserted, dropped, replaced, or swapped with its neighbour): at most one for every
* three characters, and three in all. Of several equally near, the first.
*/
function nearest(text, candidates) {
	const letters = lettersOf(text);
	let found;
	let fewest = Number.POSITIVE_INFINITY;
	for (const candidate of candidates) {
		const meant = lettersOf(candidate);
		const edits = countEdits(letters, meant, Math.min(MOST_EDITS, Math.max(1, Math.floor(meant.length / 3))));
		if (edits < fewest) [found, fewest] = [candidate, edits];
	}
	return found;
}
/** What counts of a name: its letters, whatever their case and whatever separates them. */
function lettersOf(text) {
	return text.toLowerCase().replace(/[-_.\s]/g, "");
}
/** The edit distance of two texts (optimal string alignment), or Infinity beyond `limit`. */
function countEdits(a, b, limit) {
	if (a === b) return 0;
	if (limit === 0 || Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
	let same = 0;
	while (same < a.length && a[same] === b[same]) same += 1;
	const [restA, restB] = [a.slice(same), b.slice(same)];
	const edits = [
		[restA.slice(1), restB],
		[restA, restB.slice(1)],
		[restA.slice(1), restB.slice(1)]
	];
	if (restA[0] === restB[1] && restA[1] === restB[0]) edits.push([restA.slice(2), restB.slice(2)]);
	return 1 + Math.min(...edits.map(([nextA, nextB]) => countEdits(nextA, nextB, limit - 1)));
}

// src/inputs/parsers.ts
/** The value of a text that is valid. */
function ok(value) {
	return {
		ok: true,
		value
	};
}
/** What is wrong with a text. */
function invalid(complaint) {
	return {
		ok: false,
		complaint
	};
}
const TRUE = [
	"true",
	"True",
	"TRUE"
];
const FALSE = [
	"false",
	"False",
	"FALSE"
];
const BOOLEAN = {
	expects: expects.boolean,
	parse(text, quote) {
		if (TRUE.includes(text)) return ok(true);
		return FALSE.includes(text) ? ok(false) : invalid(complaints.notBoolean(quote(text)));
	}
};
const TEXT = {
	expects: expects.text,
	parse: (text) => ok(text)
};
/** A GitHub job ends after five days at most, and timers do not reach much further. */
const LONGEST_WAIT_MS$1 = 5 * DAY_MS;
/** A duration in milliseconds, from `leastMs` to `mostMs` (what `parseDuration` takes by default). */
function duration(expected, { leastMs = 1, mostMs = Number.POSITIVE_INFINITY }) {
	return {
		expects: expected,
		parse(text, quote) {
			const ms = parseDuration(text);
			if (ms === void 0) return invalid(complaints.notDuration(quote(text)));
			if (ms < leastMs) return invalid(complaints.tooShort(quote(text), `${leastMs}ms`));
			if (ms > mostMs) return invalid(complaints.tooLong(quote(text), formatDuration(mostMs)));
			return {
				ok: true,
				value: ms,
				isBareNumber: /^[0-9]+$/.test(text)
			};
		}
	};
}
const TIMEOUT = duration(expects.timeout, { mostMs: LONGEST_WAIT_MS$1 });
const INTERVAL = duration(expects.interval, {
	leastMs: 100,
	mostMs: LONGEST_WAIT_MS$1
});
const AGE = duration(expects.age, {});
/** What `parser` takes, or one word that stands for something else. */
function orWord(word, parser) {
	return {
		expects: expects.orWord(word, parser.expects),
		parse(text, quote) {
			if (text === word) return ok(word);
			const result = parser.parse(text, quote);
			const meant = nearest(text, [word]);
			return result.ok || meant === void 0 ? result : invalid(complaints.notSupported(quote(text), meant));
		}
	};
}
/** A whole number in decimal digits. */
function wholeNumber$1(least, most, expected = expects.number(least, most)) {
	return {
		expects: expected,
		parse(text, quote) {
			const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
			return value >= least && value <= most ? ok(value) : invalid(complaints.notNumber(quote(text)));
		}
	};
}
/**
* One of some words, letter for letter.
* @param others what other tools call them, for the question what was meant
*/
function oneOf(words, others = {}) {
	const synonyms = new Map(Object.entries(others));
	return {
		expects: expects.oneOf(words),
		parse(text, quote) {
			const word = words.find((each) => each === text);
			if (word !== void 0) return ok(word);
			const meant = synonyms.get(text.toLowerCase()) ?? nearest(text, words);
			return invalid(complaints.notSupported(quote(text), meant));
		}
	};
}
/** The items of a list: separated by commas, spaces or line breaks. */
function listItems(text) {
	return text.split(/[\s,]+/).filter((item) => item !== "");
}
/** A list with at least one item, in the order given. */
function listOf$1(expected, item, split = listItems) {
	return {
		expects: expected,
		parse(text, quote) {
			const values = [];
			const wrong = [];
			for (const each of split(text)) {
				const result = item(each, quote);
				if (result.ok) values.push(result.value);
				else wrong.push(result.complaint);
			}
			if (wrong.length > 0) return invalid(firstFew(wrong, "; "));
			return values.length === 0 ? invalid(complaints.emptyList(quote(text))) : ok(values);
		}
	};
}
/**
* Any of some words, in any order; a word that is listed twice counts once.
* @param others as of `oneOf`
*/
function anyOf(words, others = {}) {
	const list = listOf$1(expects.anyOf(words), oneOf(words, others).parse);
	return {
		expects: list.expects,
		parse(text, quote) {
			const result = list.parse(text, quote);
			return result.ok ? ok([...new Set(result.value)]) : result;
		}
	};
}
/** Ids, each only once. `parse` says what an id is, and brings two spellings of one id to the same text. */
function idsOf$1(what, parse) {
	const list = listOf$1(expects.ids(what), (text, quote) => {
		const id = parse(text);
		return id === void 0 ? invalid(complaints.notId(quote(text), what)) : ok(id);
	});
	return {
		expects: list.expects,
		parse(text, quote) {
			const result = list.parse(text, quote);
			if (!result.ok) return result;
			const twice = repeated(listItems(text), result.value);
			if (twice.length === 0) return result;
			return invalid(firstFew(twice.map((each) => complaints.repeated(quote(each))), "; "));
		}
	};
}
/** The items whose id an earlier item has: as they were typed, each id once. */
function repeated(items, ids) {
	const times = /* @__PURE__ */ new Map();
	return items.filter((_, at) => {
		const before = times.get(ids[at]) ?? 0;
		times.set(ids[at], before + 1);
		return before === 1;
	});
}

// src/inputs/quote.ts
/** Longest piece of a value that a problem shows, in characters. */
const SHOWN$1 = 60;
/** A shorter piece of a secret gives nothing away, and hiding it would spoil other values. */
const SHORTEST_PIECE = 4;
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
/**
* A `Quote` for problems: in quotation marks, on one line, shortened, and with `***` in place of each secret, which may
* have been pasted into the wrong input. A secret with spaces or commas is hidden in pieces too, because a list is
* shown item by item.
*/
function quoteWithout(secrets) {
	const pieces = secrets.flatMap((secret) => secret.split(/[\s,]+/)).filter((piece) => piece.length >= SHORTEST_PIECE);
	const hidden = [...secrets, ...pieces].toSorted((a, b) => b.length - a.length);
	return (text) => `"${printable(hidden.reduce((shown, secret) => shown.replaceAll(secret, "***"), text))}"`;
}
/** Stands for a value that may hold a password. */
const quoteNothing = () => hiddenCredentials;
/**
* Shows what should have been a URL, without the parts that may hold a password: nothing of a value with an `@`, and
* nothing after a `?` or a `#`.
*/
function quoteUrl(text, quote) {
	if (text.includes("@")) return quoteNothing(text);
	const shown = quote(text);
	const end = shown.search(/[?#]/);
	return end === -1 ? shown : shortened(shown.slice(0, end));
}
function printable(text) {
	const characters = Array.from(text.toWellFormed().replace(UNPRINTABLE, "�"));
	return characters.length > SHOWN$1 ? `${characters.slice(0, 59).join("")}…` : characters.join("");
}

// src/inputs/addresses.ts
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** Whether a URL leads to this machine itself, where nobody listens in between. */
function isLoopback(url) {
	return LOOPBACK.test(url.hostname);
}
/** The API's base address, ending in one slash. */
const API_URL = {
	expects: expects.apiUrl,
	parse(text, quote) {
		const shown = quoteUrl(text, quote);
		const result = parseSafeUrl(text, shown, "the token");
		if (!result.ok) return result;
		if (/[?#]/.test(text)) return invalid(complaints.queryOrFragment(shown));
		result.value.pathname = result.value.pathname.replace(/\/*$/, "/");
		return result;
	}
};
/** The address of a webhook, which is a secret: nothing of it is ever shown. */
const NOTIFY_URL = {
	expects: expects.notifyUrl,
	parse: (text) => parseSafeUrl(text, hiddenSecret, "the notification")
};
function parseSafeUrl(text, shown, what) {
	const url = parseUrl(text);
	if (url === void 0 || !/^https?:$/.test(url.protocol)) return invalid(complaints.notHttps(shown));
	if (hasCredentials(url)) return invalid(complaints.credentials(shown));
	if (url.protocol === "http:" && !isLoopback(url)) return invalid(complaints.unencrypted(shown, what));
	return ok(url);
}
const HEALTH_LIST = listOf$1(expects.healthTargets, parseHealthTarget, healthItems);
/**
* What must answer: HTTP addresses, or hosts and ports to connect to. Where an item is wrong and there is an `@`
* anywhere, no item is shown: a password with a comma in it falls apart into several.
*/
const HEALTH_TARGETS = {
	expects: HEALTH_LIST.expects,
	parse: (text, quote) => HEALTH_LIST.parse(text, text.includes("@") ? quoteNothing : quote)
};
/** Like the items of any list, but that a comma in a URL's query belongs to the URL, unless another URL follows it. */
function healthItems(text) {
	return text.split(/\s+|,(?=[a-z]+:\/\/)/i).flatMap((part) => {
		const beforeQuery = part.replace(/\?.*/, "");
		const separate = beforeQuery.split(",");
		return [...separate.slice(0, -1), `${separate.at(-1)}${part.slice(beforeQuery.length)}`];
	}).map((item) => item.replace(/,+$/, "")).filter((item) => item !== "");
}
function parseHealthTarget(text, quote) {
	const shown = quoteUrl(text, quote);
	const url = parseUrl(text);
	if (url === void 0) return invalid(complaints.notUrl(shown));
	if (hasCredentials(url)) return invalid(complaints.credentials(shown));
	if (/^https?:$/.test(url.protocol)) return ok({
		kind: "http",
		url
	});
	return url.protocol === "tcp:" ? parseTcp(url, shown) : invalid(complaints.notHealthTarget(shown));
}
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9a-f:.]+\])$/;
function parseTcp(url, shown) {
	if (!HOST.test(url.hostname)) return invalid(complaints.noHost(shown));
	const port = Number(url.port);
	if (port === 0) return invalid(complaints.noPort(shown));
	if (!/^\/?$/.test(`${url.pathname}${url.search}${url.hash}`)) return invalid(complaints.notOnlyHostAndPort(shown));
	return ok({
		kind: "tcp",
		host: url.hostname.replace(/^\[|\]$/g, ""),
		port
	});
}
function parseUrl(text) {
	if (!/^[a-z]+:\/\/[^\s\\\p{C}]+$/iu.test(text)) return void 0;
	return URL.parse(text) ?? void 0;
}
function hasCredentials(url) {
	return url.username !== "" || url.password !== "";
}

// src/inputs/tokens.ts
const QUOTATION_MARK = /^["'`“”„‘’«»]|["'`“”„‘’«»]$/u;
const SCHEME = /^(?:authorization:\s*)?(?:bearer|basic|token)(?:[\s:]|$)/iu;
/** A token that is sent in a header. What is wrong with one is said without showing it. */
function token(expected) {
	return {
		expects: expected,
		parse(text) {
			if (QUOTATION_MARK.test(text)) return invalid(complaints.quotationMarks);
			if (SCHEME.test(text)) return invalid(complaints.bearer);
			if (/[\s\p{Z}]/u.test(text)) return invalid(complaints.whitespace);
			return /^[!-~]+$/.test(text) ? ok(text) : invalid(complaints.notToken);
		}
	};
}

// src/inputs/rows.ts
const OPERATIONS = [
	"create",
	"restore",
	"delete",
	"list",
	"wait"
];
/** What other tools, and people, call them. */
const OTHER_OPERATIONS = {
	snapshot: "create",
	backup: "create",
	rollback: "restore",
	revert: "restore",
	remove: "delete"
};
/** How the end of a job is called elsewhere. A job that times out counts as cancelled. */
const OTHER_FAILURES = {
	failed: "failure",
	error: "failure"
};
const OTHER_ENDS = {
	...OTHER_FAILURES,
	timeout: "cancelled",
	timed_out: "cancelled"
};
const ALL = OPERATIONS;
const TIMED = [
	"create",
	"restore",
	"delete",
	"wait"
];
const CHANGING = [
	"create",
	"restore",
	"delete"
];
const CHOOSING = [
	"restore",
	"delete",
	"wait"
];
const RESTORING = [
	"create",
	"restore",
	"wait"
];
/** Their post step acts when the job has ended. */
const AT_JOB_END = ["create", "wait"];
/** How long an operation may take where `timeout` is not given. */
const TIMEOUTS_MS = {
	create: 30 * MINUTE_MS$1,
	restore: HOUR_MS,
	delete: 5 * MINUTE_MS$1,
	wait: 30 * MINUTE_MS$1
};
const JOB_STATUS = {
	expects: expects.jobStatus,
	parse: (text) => ok(parseJobStatus(text))
};
/** Every input, in the order of action.yml. The types of the requests follow from it. */
const INPUTS$1 = [
	{
		name: "operation",
		parser: oneOf(OPERATIONS, OTHER_OPERATIONS),
		operations: ALL,
		required: true
	},
	{
		name: "api-token",
		field: "apiToken",
		parser: token(expects.apiToken),
		operations: ALL,
		required: true,
		secret: true
	},
	{
		name: "server-id",
		field: "servers",
		parser: idsOf$1("server", parseServerId),
		operations: ALL,
		otherwise: []
	},
	{
		name: "snapshot-id",
		parser: orWord("latest", idsOf$1("snapshot", parseSnapshotId)),
		operations: CHOOSING
	},
	{
		name: "dry-run",
		field: "dryRun",
		parser: BOOLEAN,
		operations: TIMED,
		default: "false"
	},
	{
		name: "restore-on",
		field: "restoreOn",
		parser: anyOf(["failure", "cancelled"], OTHER_ENDS),
		operations: AT_JOB_END,
		otherwise: []
	},
	{
		name: "health-check",
		parser: HEALTH_TARGETS,
		operations: RESTORING,
		otherwise: []
	},
	{
		name: "health-check-timeout",
		parser: TIMEOUT,
		operations: RESTORING,
		default: "5m"
	},
	{
		name: "start-after-restore",
		field: "startAfterRestore",
		parser: BOOLEAN,
		operations: RESTORING,
		default: "true"
	},
	{
		name: "safety-snapshot",
		field: "safetySnapshot",
		parser: BOOLEAN,
		operations: ["restore"],
		default: "false"
	},
	{
		name: "max-snapshot-age",
		field: "maxSnapshotAgeMs",
		parser: AGE,
		operations: ["restore"]
	},
	{
		name: "notify-url",
		field: "notifyUrl",
		parser: NOTIFY_URL,
		operations: ALL,
		secret: true
	},
	{
		name: "notify-on",
		field: "notifyOn",
		parser: anyOf([
			"rollback",
			"failure",
			"success"
		], OTHER_FAILURES),
		operations: ALL,
		default: "rollback, failure"
	},
	{
		name: "github-token",
		field: "githubToken",
		parser: token(expects.githubToken),
		operations: RESTORING,
		secret: true
	},
	{
		name: "keep-last",
		field: "keepLast",
		parser: wholeNumber$1(1, 1e3, expects.keepLast(5 - 1)),
		operations: AT_JOB_END
	},
	{
		name: "delete-on",
		field: "deleteOn",
		parser: anyOf([
			"success",
			"failure",
			"cancelled"
		], OTHER_ENDS),
		operations: AT_JOB_END,
		otherwise: []
	},
	{
		name: "when-full",
		field: "whenFull",
		parser: oneOf(["fail", "delete-oldest"]),
		operations: ["create"],
		default: "fail"
	},
	{
		name: "keep",
		field: "keep",
		parser: BOOLEAN,
		operations: ["create"],
		default: "false"
	},
	{
		name: "snapshot-name",
		parser: TEXT,
		operations: TIMED
	},
	{
		name: "description",
		field: "description",
		parser: TEXT,
		operations: ["create"]
	},
	{
		name: "stop-server",
		field: "stopServer",
		parser: BOOLEAN,
		operations: ["create"],
		default: "false"
	},
	{
		name: "wait",
		field: "wait",
		parser: BOOLEAN,
		operations: CHANGING,
		default: "true"
	},
	{
		name: "timeout",
		field: "timeoutMs",
		parser: TIMEOUT,
		operations: TIMED,
		otherwiseFor: TIMEOUTS_MS
	},
	{
		name: "poll-interval",
		parser: orWord("auto", INTERVAL),
		operations: TIMED,
		default: "auto"
	},
	{
		name: "max-parallel",
		field: "maxParallel",
		parser: wholeNumber$1(1, 100),
		operations: ALL,
		default: "10"
	},
	{
		name: "summary",
		field: "summary",
		parser: BOOLEAN,
		operations: ALL,
		default: "true"
	},
	{
		name: "api-url",
		field: "apiUrl",
		parser: API_URL,
		operations: ALL,
		default: "https://admin.vps.org/api/v1"
	},
	{
		name: "job-status",
		field: "jobStatus",
		parser: JOB_STATUS,
		operations: ALL,
		otherwise: "unknown"
	}
];
const ROWS$1 = INPUTS$1;
const INPUT_NAMES = ROWS$1.map((row) => row.name);
/** Whether an operation uses an input. */
function uses(operation, name) {
	return ROWS$1.some((row) => row.name === name && row.operations.includes(operation));
}
/** Never wrong: what is not one of the runner's three words is unknown. */
function parseJobStatus(text) {
	const status = text.trim().toLowerCase();
	return status === "success" || status === "failure" || status === "cancelled" ? status : "unknown";
}

// src/inputs/contradictions.ts
const CONTRADICTIONS$1 = [
	{
		among: ["wait"],
		find: findAfterWait
	},
	{
		among: ["wait", "stop-server"],
		find: (values) => !values.wait && values["stop-server"] ? contradictions.stopServer : void 0
	},
	{
		among: ["restore-on", "delete-on"],
		find: findBothEnds
	},
	{
		among: ["keep", "delete-on"],
		find: (values) => values.keep && values["delete-on"].length > 0 ? contradictions.keepAndDelete : void 0
	},
	{
		among: ["keep-last", "when-full"],
		find: findKeptSlots
	}
];
/** Every contradiction among the values, each naming the inputs. */
function findContradictions({ values }) {
	const { operation } = values;
	const isUsed = (name) => operation === void 0 || uses(operation, name);
	return [...CONTRADICTIONS$1.filter((each) => each.among.every(isUsed)).map((each) => each.find(values, isUsed)), findTwoChoices(values)].filter((problem) => problem !== void 0);
}
/** What only has an effect after that which `wait: false` does not wait for. A step with `operation: wait` takes it. */
function findAfterWait(values, isUsed) {
	if (values.wait) return void 0;
	const names = [
		["restore-on", values["restore-on"].length > 0],
		["delete-on", values["delete-on"].length > 0],
		["keep-last", values["keep-last"] !== void 0],
		["health-check", values["health-check"].length > 0]
	].filter(([name, isAsked]) => isAsked && isUsed(name)).map(([name]) => name);
	const what = values.operation === "restore" ? "restore" : "snapshot";
	return names.length === 0 ? void 0 : contradictions.needsCompletion(names, what);
}
function findBothEnds(values) {
	const both = values["restore-on"].filter((end) => values["delete-on"].includes(end));
	return both.length === 0 ? void 0 : contradictions.restoreAndDelete(both);
}
function findKeptSlots(values) {
	const kept = values["keep-last"] ?? 0;
	return kept < 5 || values["when-full"] !== "fail" ? void 0 : contradictions.keptSlots(kept, 5);
}
/** Wrong for every operation that does not take the name for the new snapshot, whether it uses the two or not. */
function findTwoChoices(values) {
	const both = values["snapshot-id"] !== void 0 && values["snapshot-name"] !== void 0;
	const isChoice = values.operation !== void 0 && values.operation !== "create";
	return both && isChoice ? contradictions.idAndName : void 0;
}

// src/inputs/raw.ts
const SHORTEST_TOKEN = 8;
/** Parses every input by itself, in the order of the table; never throws. */
function parseEach(texts) {
	const textOf = ({ name }) => (texts.get(name) ?? "").trim();
	const secretTexts = ROWS$1.filter((row) => row.secret).map(textOf);
	const secrets = new Set(secretTexts.filter((text) => text !== ""));
	const quote = quoteWithout([...secrets]);
	const token = (texts.get("api-token") ?? "").trim();
	const values = {};
	const given = /* @__PURE__ */ new Set();
	const bareNumbers = /* @__PURE__ */ new Map();
	const problems = /* @__PURE__ */ new Map();
	/** Sent as part of a name, a description or an address, the token would be kept or seen where nobody expects it. */
	const holdsToken = (row) => row.name !== "api-token" && token.length >= SHORTEST_TOKEN && textOf(row).includes(token);
	function valueFor(row, text) {
		if (text === "") return row.default === void 0 ? row.otherwise : valueFor(row, row.default);
		const result = row.parser.parse(text, quote);
		if (result.ok && result.isBareNumber === true) bareNumbers.set(row.name, text);
		if (result.ok) return result.value;
		const complaint = slipIn(row, text, quote) ?? result.complaint;
		problems.set(row.name, problemOf$1(row.name, complaint, row.parser.expects));
		return valueFor(row, "");
	}
	for (const row of ROWS$1) {
		const value = valueFor(row, textOf(row));
		values[row.name] = value;
		if (holdsToken(row) && !problems.has(row.name)) problems.set(row.name, problemOf$1(row.name, complaints.misplacedToken, withoutToken));
		if (row.secret && value instanceof URL) secrets.add(value.href);
		if (JSON.stringify(value) !== JSON.stringify(valueFor(row, ""))) given.add(row.name);
	}
	return {
		values,
		given,
		invalidNames: new Set(problems.keys()),
		bareNumbers,
		problems: [...problems.values()],
		secrets: [...secrets],
		quote
	};
}
const QUOTATION_MARKS = /^["'`“”„‘’«»]+|["'`“”„‘’«»]+$/gu;
/** What keeps a value from being valid that looks valid to a person: more helpful than what it is not. */
function slipIn({ parser, secret }, text, quote) {
	if (secret) return void 0;
	const isMeant = (meant) => meant !== text && parser.parse(meant, quote).ok;
	if (isMeant(text.replace(QUOTATION_MARKS, ""))) return complaints.inQuotationMarks(quote(text));
	return isMeant(text.normalize("NFKC")) ? complaints.notAscii(quote(text)) : void 0;
}

// src/policy/names.ts
/**
* Makes a snapshot name of any text: each run of characters other than `A-Za-z0-9_-`, the only ones that the API
* accepts, becomes one `-`, none is left at either end, and what is longer than `NAME_LIMIT` is cut. Undefined when
* nothing is left.
*/
function makeValidName(text) {
	const name = cutName(text, 64);
	return name === "" ? void 0 : {
		name,
		changed: name !== text
	};
}
/** `shop-9876543210-1`: repository, run id and attempt. Only the repository's part is ever cut. */
function defaultName(run) {
	const suffix = shortDefaultName(run);
	const prefix = cutName(run.repository.slice(run.repository.lastIndexOf("/") + 1), 64 - suffix.length - 1);
	return prefix === "" ? suffix : `${prefix}-${suffix}`;
}
/** `9876543210-1`: for an API that refuses the default name, perhaps because of its length. */
function shortDefaultName({ runId, attempt }) {
	return `${runId}-${attempt}`;
}
function cutName(text, limit) {
	return text.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+/, "").slice(0, limit).replace(/-+$/, "");
}

// src/inputs/choice.ts
/** Which snapshots are meant, or what is missing to know it. What is invalid by itself was said already. */
function chooseSnapshots(raw, operation) {
	const { "snapshot-id": ids, "snapshot-name": name } = raw.values;
	if (ids === "latest") return onServers(raw, "snapshot-id: latest", operation === "delete" ? [contradictions.latestToDelete] : [], (servers) => ({
		by: "latest",
		servers
	}));
	if (ids !== void 0) return {
		ok: true,
		value: {
			by: "id",
			ids
		}
	};
	if (raw.invalidNames.has("snapshot-id")) return {
		ok: false,
		problems: []
	};
	if (name === void 0) return {
		ok: false,
		problems: [missing$1.snapshots]
	};
	return onServers(raw, "snapshot-name", [], (servers) => ({
		by: "name",
		names: spellingsOf(name),
		servers
	}));
}
/** A choice that has to be looked up on the servers in `server-id`. */
function onServers({ values, invalidNames }, input, problems, choose) {
	const servers = values["server-id"];
	const all = servers.length === 0 && !invalidNames.has("server-id") ? [...problems, missing$1.serversToSearch(input)] : problems;
	return servers.length === 0 || all.length > 0 ? {
		ok: false,
		problems: all
	} : {
		ok: true,
		value: choose(servers)
	};
}
/** The names that a snapshot may have which `create` was given this name for. */
function spellingsOf(name) {
	const valid = makeValidName(name);
	return valid?.changed === true ? [name, valid.name] : [name];
}

// src/inputs/unused.ts
const BY_A_RESTORE = ["restore-on"];
/** Inputs that have an effect only together with one of some others, by operation. */
const NEEDS = {
	"health-check": { create: ["restore-on", "stop-server"] },
	"health-check-timeout": {
		create: ["health-check"],
		restore: ["health-check"],
		wait: ["health-check"]
	},
	"start-after-restore": { create: BY_A_RESTORE },
	"github-token": {
		create: BY_A_RESTORE,
		wait: BY_A_RESTORE
	},
	"notify-on": Object.fromEntries(OPERATIONS.map((operation) => [operation, ["notify-url"]]))
};
/** One line that names every input which was given and has no effect, and why; none when there is no such input. */
function findUnused({ given }, operation) {
	const found = ROWS$1.filter((row) => given.has(row.name)).flatMap(({ name, operations }) => {
		if (!operations.includes(operation)) return [unused.otherOperations(name, operations)];
		const needed = NEEDS[name]?.[operation] ?? [];
		return needed.length === 0 || needed.some((other) => given.has(other)) ? [] : [unused.needs(name, needed)];
	});
	return found.length === 0 ? [] : [unused.notice(operation, found)];
}

// src/inputs/requests.ts
const DERIVATIONS = {
	create: deriveCreate,
	restore: (raw) => withChoice(raw, "restore", healthOf(raw.values)),
	delete: (raw) => withChoice(raw, "delete", {}),
	list: () => ({
		ok: true,
		value: {}
	}),
	wait: (raw) => withChoice(raw, "wait", {
		...healthOf(raw.values),
		...restoreTimeoutOf(raw.values)
	})
};
/** A dry run of `wait` changes nothing: it starts no server, and arms nothing for the end of the job. */
const DISARMED = {
	"start-after-restore": false,
	"restore-on": [],
	"delete-on": [],
	"keep-last": void 0
};
/** The request of an operation, or what it misses. */
function requestOf(operation, raw) {
	const derived = DERIVATIONS[operation](raw);
	if (!derived.ok) return derived;
	const values = operation === "wait" && raw.values["dry-run"] ? {
		...raw.values,
		...DISARMED
	} : raw.values;
	const own = ROWS$1.flatMap(({ name, field, operations, otherwiseFor }) => field !== void 0 && operations.includes(operation) ? [[field, values[name] ?? otherwiseFor?.[operation]]] : []);
	const notices = [...findUnused(raw, operation), ...findBareNumbers(raw, operation)];
	return {
		ok: true,
		value: {
			...Object.fromEntries(own),
			...derived.value,
			operation,
			pace: paceOf(values),
			notices
		}
	};
}
function findBareNumbers({ bareNumbers }, operation) {
	return [...bareNumbers].flatMap(([name, text]) => uses(operation, name) ? [readAsSeconds(name, text)] : []);
}
function deriveCreate({ values, invalidNames, quote }) {
	const givenName = values["snapshot-name"];
	const name = givenName === void 0 ? void 0 : makeValidName(givenName)?.name;
	const problems = [];
	if (values["server-id"].length === 0 && !invalidNames.has("server-id")) problems.push(missing$1.serversToSnapshot);
	if (givenName !== void 0 && name === void 0) problems.push(problemOf$1("snapshot-name", complaints.noValidName(quote(givenName)), expects.name(64)));
	if (problems.length > 0) return {
		ok: false,
		problems
	};
	return {
		ok: true,
		value: {
			name,
			givenName,
			...healthOf(values),
			...restoreTimeoutOf(values)
		}
	};
}
function withChoice(raw, operation, more) {
	const chosen = chooseSnapshots(raw, operation);
	return chosen.ok ? {
		ok: true,
		value: {
			choice: chosen.value,
			...more
		}
	} : chosen;
}
function restoreTimeoutOf(values) {
	return { restoreTimeoutMs: values.timeout ?? TIMEOUTS_MS.restore };
}
function healthOf(values) {
	return { health: {
		targets: values["health-check"],
		timeoutMs: values["health-check-timeout"]
	} };
}
/** Only an emulator on this machine may run in time-lapse, and only when somebody asked for its pace. */
function paceOf(values) {
	const interval = values["poll-interval"];
	if (interval === "auto") return { acceleratedClock: false };
	return {
		fixedIntervalMs: interval,
		acceleratedClock: isLoopback(values["api-url"])
	};
}

// src/inputs/unknown-names.ts
/** Names that inputs had in an earlier draft. None is an alias: each is refused by name, and so is what resembles it. */
const OTHER_NAMES = /* @__PURE__ */ new Map([
	["max-age", "max-snapshot-age"],
	["snapshot-before-restore", "safety-snapshot"],
	["rollback-on", "restore-on"],
	["restore-on-failure", "restore-on"],
	["rollback-on-failure", "restore-on"]
]);
const BY_WORD = new Map([
	["dry-run", [
		"dry",
		"plan-only",
		"check-only",
		"simulate",
		"noop",
		"what-if"
	]],
	["safety-snapshot", [
		"safety",
		"safety-backup",
		"backup-first",
		"backup-before-restore"
	]],
	["restore-on", [
		"on-failure",
		"auto-rollback",
		"auto-restore",
		"rollback-if",
		"rollback-when",
		"restore-when"
	]]
].flatMap(([name, words]) => words.map((word) => [lettersOf(word), name])));
const CANDIDATES$1 = [...INPUT_NAMES, ...OTHER_NAMES.keys()];
/** The input for which other tools have this word. */
function otherWordFor(name) {
	return BY_WORD.get(lettersOf(name));
}
/** The input that was probably meant by a name that is none. */
function resembling(name) {
	const word = otherWordFor(name);
	if (word !== void 0) return word;
	const found = nearest(name, CANDIDATES$1);
	return found === void 0 ? void 0 : OTHER_NAMES.get(found) ?? found;
}
/**
* What to say about names that are not inputs. One that resembles an input is a problem, also where its value is empty:
* an expression that is empty today may turn a rollback on, or a dry run off, on the day that counts.
* @param mayBeInherited whether the runner may have added inputs of an enclosing composite action; then none is a problem
*/
function findUnknown(names, quote, mayBeInherited) {
	const known = INPUT_NAMES;
	const problems = [];
	const ignored = [];
	for (const name of names) {
		if (known.includes(name)) continue;
		const shown = quote(name).slice(1, -1);
		const meant = mayBeInherited ? void 0 : resembling(name);
		if (meant === void 0) ignored.push(shown);
		else problems.push(unknownNames.nearMiss(shown, meant));
	}
	return {
		problems,
		warnings: ignored.length === 0 ? [] : [unknownNames.ignored(ignored)]
	};
}

// src/inputs/source.ts
const PREFIX = "INPUT_";
/**
* The inputs as the runner hands them over: in variables named `INPUT_` and the name in upper case, hyphens kept and
* spaces replaced by `_`. Names that action.yml does not declare are among them. Windows tells no letter cases apart,
* so none are told apart here; where an environment has several, the runner's own spelling wins.
*/
function readInputTexts(env) {
	const texts = /* @__PURE__ */ new Map();
	for (const [variable, text = ""] of Object.entries(env)) {
		const upperCase = variable.toUpperCase();
		if (!upperCase.startsWith(PREFIX)) continue;
		const name = variable.slice(6).toLowerCase();
		if (variable === upperCase || !texts.has(name)) texts.set(name, text);
	}
	return texts;
}

// src/inputs.ts
/**
* Parses every input: the request of one operation, or every problem at once, each naming the input, what it held
* (never a secret) and what is expected. Pure; never throws.
*/
function parseInputs(texts, { mayInheritInputs = false } = {}) {
	const raw = parseEach(texts);
	const { operation } = raw.values;
	const unknown = findUnknown(texts.keys(), raw.quote, mayInheritInputs);
	const request = operation === void 0 ? void 0 : requestOf(operation, raw);
	const problems = [
		...unknown.problems,
		...findMissing(raw),
		...raw.problems,
		...findContradictions(raw),
		...request?.ok === false ? request.problems : []
	];
	const told = {
		secrets: raw.secrets,
		warnings: unknown.warnings
	};
	return request?.ok && problems.length === 0 ? {
		ok: true,
		inputs: request.value,
		...told
	} : {
		ok: false,
		problems,
		values: raw.values,
		...told
	};
}
/** What every operation requires and was not given. */
function findMissing({ values, invalidNames }) {
	const isMissing = (name) => values[name] === void 0 && !invalidNames.has(name);
	return [...isMissing("operation") ? [missing$1.operation(OPERATIONS)] : [], ...isMissing("api-token") ? [missing$1.apiToken] : []];
}

// src/report/messages.ts
/** What is said by the log, the annotations and the summary themselves, whatever an operation has to tell. */
/** The title of annotations that are not about how a stage ended. */
const TITLE$1 = "VPS.org snapshot";
function outputsLost(why) {
	return `The step's outputs cannot be written (${why}); their values are printed here instead.`;
}
function summaryLost(why) {
	return `The job summary could not be written: ${why}`;
}
/** After the last annotation that the runner shows. */
function moreInLog(text) {
	return `${text} (More in the log.)`;
}
const UNKNOWN_REASON = "unknown reason";
const NO_STATE_FILE = "GITHUB_STATE is not set";
const NEXT = "Next:";
const AVAILABLE$1 = "Available snapshots:";
const BY_FORM = "Or, with the form from the README:";
const CHART_TITLE = "Times in UTC";
function moreRows(count) {
	return `… and ${count} more`;
}

// src/report/runner.ts
const SHORTEST_SECRET = 8;
/**
* A runner that is never told a secret: a text from the API may hold it in a form that becomes readable only when it is
* made harmless. What is kept for the post stage is passed on as it is.
*/
function withoutSecrets(runner, secrets) {
	const hidden = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
	if (hidden.length === 0) return runner;
	const hide = (text) => hidden.reduce((clean, secret) => clean.replaceAll(secret, "***"), text);
	return {
		...runner,
		info: (line) => runner.info(hide(line)),
		debug: (line) => runner.debug(hide(line)),
		notice: (text, title) => runner.notice(hide(text), title),
		warning: (text, title) => runner.warning(hide(text), title),
		error: (text, title) => runner.error(hide(text), title),
		setOutput: (name, value) => runner.setOutput(name, hide(value)),
		writeSummary: (markup, how) => runner.writeSummary(hide(markup), how)
	};
}
/** The real runner, through the toolkit. */
const githubRunner = {
	info,
	debug,
	notice: (text, title) => notice(text, { title }),
	warning: (text, title) => warning(text, { title }),
	error: (text, title) => error(text, { title }),
	startGroup,
	endGroup,
	mask: setSecret,
	setOutput,
	saveState: (name, value) => {
		if ((process.env["GITHUB_STATE"] ?? "") === "") throw new Error(NO_STATE_FILE);
		saveState(name, value);
	},
	writeSummary: async (markup, { replace }) => {
		await summary.addRaw(markup, true).write({ overwrite: replace });
	}
};

// src/report/sanitize.ts
/**
* Text from outside (the API, a person's description, a proxy's page) made harmless before it is printed.
*
* The runner obeys `::command::` at the start of any line and `##[command]` anywhere in one, and takes a lone
* carriage return for the end of a line. Terminals and browsers obey escape sequences and bidirectional controls.
*/
/** Longest piece of outside text that is printed; what is longer is cut and says so with an ellipsis. */
const PIECE_LIMIT = 300;
const ESCAPES = /[\u001b\u009b](?:\[[0-?]*[ -/]*[@-~]|\][^\s\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])?/g;
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cn}]/gu;
const BLANKS = /[\p{Cc}\p{Z}]+/gu;
/** One line, no control or invisible characters, no lone surrogates, white space folded, at most `limit` characters. */
function oneLine$1(text, limit = 300) {
	const clean = text.slice(0, limit * 4).toWellFormed().replace(ESCAPES, "").replace(INVISIBLE, "").replace(BLANKS, " ").trim();
	const isWhole = text.length <= limit * 4;
	if (isWhole && clean.length <= limit) return clean;
	const points = Array.from(clean);
	if (isWhole && points.length <= limit) return clean;
	return `${points.slice(0, limit - 1).join("").trimEnd()}…`;
}
/** A whole line for the log: nothing in it is a command to the runner. Longer than `LINE_LIMIT` is cut. */
function logLine(line) {
	return line.replace(/[^ ].*$/s, "") + escapeWorkflowCommands(oneLine$1(line, LINE_LIMIT$1));
}
const LINE_LIMIT$1 = 1e3;
/** Takes the runner's command syntax apart, visibly: `::x::` becomes `: :x::`, `##[x]` becomes `## [x]`. */
function escapeWorkflowCommands(line) {
	return line.replace(/^::/, ": :").replaceAll("##[", "## [");
}
/** Text for HTML and for Markdown's HTML blocks, in which Markdown is not read. */
function escapeHtml(text, limit = LINE_LIMIT$1) {
	return oneLine$1(text, limit).replace(/[&<>"'`|]/g, (character) => `&#${character.charCodeAt(0)};`);
}
/**
* The same for a sentence: what stands between two backticks is shown as code. No other markup can come of it, nor can
* code within code, since everything is escaped first.
*/
function sentenceHtml(text, limit) {
	return escapeHtml(text, limit).replace(/&#96;((?:(?!&#96;).)+)&#96;/g, "<code>$1</code>");
}
/** Text for a Mermaid chart: only what cannot end a label or begin a directive, at most 60 characters. */
function mermaidText(text) {
	return oneLine$1(text.replace(/[^\p{L}\p{N} .()/_-]+/gu, " "), 60);
}

// src/platform/messages.ts
/** The title of an annotation that belongs to no operation. */
const TITLE = "VPS.org snapshot";
/** A mistake in this program, outside of any operation. */
function internalError(message) {
	return `Internal error: ${message}. Please open an issue with this log.`;
}
/** Runners other than GitHub's start whichever Node they find. */
function nodeTooOld(version) {
	return `This action needs Node 24, but the runner started it with Node ${version}. Nothing was sent. Give the runner Node 24: see docs/runners.md.`;
}
function answered(status) {
	return `answered with ${status}`;
}
function redirectsOutOfHttp(status) {
	return `answered with ${status}, a redirect to an address that is not http`;
}
/** Another host's health says nothing about this one. */
function redirectsAway(status, host) {
	return `answered with ${status}, a redirect to another host (${host}), which is not followed`;
}
function redirectsTooOften(most) {
	return `redirects more than ${most} times`;
}
function unanswered$1({ kind, reason }) {
	if (kind !== "certificate") return reason;
	return `its certificate is not accepted: ${reason} (set NODE_EXTRA_CA_CERTS for a CA of your own)`;
}

// src/platform/system-clock.ts
/** The machine's clock. It follows the monotonic timer, so that a corrected wall clock moves no deadline. */
const systemClock = {
	now: () => Math.trunc(performance.timeOrigin + performance.now()),
	sleep: async (ms, signal) => {
		if (signal === void 0) return (0, node_timers_promises.setTimeout)(ms);
		await (0, node_timers_promises.setTimeout)(ms, void 0, { signal }).catch(() => signal.throwIfAborted());
	}
};

// src/platform/health-probe.ts
const MOST_REDIRECTS = 5;
const HEADERS = {
	Accept: "*/*",
	"User-Agent": "vps-snapshot-action"
};
/**
* A probe of HTTP targets through `transport` (the proxy environment honoured, certificates verified) and of TCP
* targets directly.
*/
function createHealthProbe(transport, clock = systemClock) {
	return (target, options) => target.kind === "http" ? probeHttp(transport, clock, target.url, options) : probeTcp(target, options);
}
/**
* Healthy is a status below 400, by status line and headers alone: the body may be anything, and never end. Redirects
* are followed on the same host only, since another host's health says nothing about this one.
*/
async function probeHttp(transport, clock, url, options) {
	const deadline = clock.now() + options.timeoutMs;
	let target = url;
	for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
		const timeoutMs = Math.max(1, deadline - clock.now());
		const request = {
			method: "GET",
			url: target,
			headers: HEADERS
		};
		const result = await transport.send(request, {
			...options,
			timeoutMs,
			headersOnly: true
		});
		if (!result.ok) return unanswered$1(result.failure);
		const { status, headers } = result.answer;
		if (status >= 400) return answered(status);
		if (status < 300 || headers["location"] === void 0) return void 0;
		const next = URL.parse(headers["location"], target.href);
		if (next === null || !/^https?:$/.test(next.protocol)) return redirectsOutOfHttp(status);
		if (next.hostname !== url.hostname) return redirectsAway(status, next.host);
		target = next;
	}
	return redirectsTooOften(MOST_REDIRECTS);
}
/** Healthy is a connection; it is closed at once. */
function probeTcp(target, options) {
	const { promise, resolve, reject } = Promise.withResolvers();
	const socket = (0, node_net.connect)({
		host: target.host,
		port: target.port
	});
	const { timeoutMs } = options;
	const timer = setTimeout(() => resolve(noConnection(timeoutMs)), timeoutMs);
	const onAbort = () => reject(options.signal.reason);
	if (options.signal.aborted) onAbort();
	options.signal.addEventListener("abort", onAbort);
	socket.once("connect", () => resolve(void 0));
	socket.once("error", (error) => resolve(String(error.code)));
	return promise.finally(() => {
		clearTimeout(timer);
		options.signal.removeEventListener("abort", onAbort);
		socket.destroy();
	});
}

// src/policy/marker.ts
const KEY_LENGTH = 8;
const KEY_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const MARKER_START = "[vps-snapshot-action ";
const MARKER = new RegExp([
	"^\\[vps-snapshot-action",
	"workflow=(?<workflow>(?<repository>[A-Za-z0-9._-]+/[A-Za-z0-9._-]+)/(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+)",
	"run=(?<run>0|[1-9][0-9]{0,19})",
	"attempt=(?<attempt>[1-9][0-9]{0,8})",
	"purpose=(?<purpose>deploy|schedule|safety|keep)",
	"key=(?<key>[a-z0-9]{8})\\]$"
].join(" "));
/** A new key: 8 of `a-z0-9`. */
function newKey(random) {
	const letter = () => KEY_LETTERS.charAt(Math.floor(random() * 36));
	return Array.from({ length: KEY_LENGTH }, letter).join("");
}
/** The marker of a snapshot that this run makes. */
function markerFor(run, purpose, key) {
	const workflow = run.workflow.toWellFormed();
	return {
		workflow,
		repository: repositoryOf(workflow),
		run: run.runId,
		attempt: run.attempt,
		purpose,
		key
	};
}
/** What the snapshots that `operation: create` makes in this run are for. */
function purposeOf(run, options) {
	if (options.keep) return "keep";
	return run.event === "schedule" ? "schedule" : "deploy";
}
/** The text that `parseMarker` reads: one line of plain characters. */
function formatMarker(marker) {
	const { run, attempt, purpose, key } = marker;
	return `${MARKER_START}workflow=${encode(marker.workflow)} run=${run} attempt=${attempt} purpose=${purpose} key=${key}]`;
}
/**
* Whether a description that the API hands back carries the marker of the create with this key. With any other it
* counts as dropped: an API that cuts descriptions, or a text that quotes a marker, must not pass our snapshot to
* another workflow's retention.
*/
function markerMatches(description, key) {
	return parseMarker(description)?.key === key;
}
/**
* The marker of a description: only as the very last thing in it (white space after it aside, since an API may append
* a newline), set off by white space, and exactly as `formatMarker` writes it. Undefined for everything that merely
* looks like one.
*/
function parseMarker(description) {
	const text = description.trimEnd();
	const start = text.lastIndexOf(MARKER_START);
	if (start > 0 && text.charAt(start - 1).trim() !== "") return void 0;
	return readMarker(text.slice(Math.max(start, 0)));
}
/** What a description says before its marker; all of it where there is none. */
function withoutMarker$1(description) {
	const marker = parseMarker(description);
	return (marker === void 0 ? description : description.trimEnd().slice(0, -formatMarker(marker).length)).trim();
}
function readMarker(text) {
	const match = MARKER.exec(text);
	if (match === null) return void 0;
	const groups = match.groups;
	const { repository, run, purpose, key } = groups;
	const workflow = decode(groups.workflow);
	if (workflow === void 0 || encode(workflow) !== groups.workflow) return void 0;
	return {
		workflow,
		repository,
		run,
		attempt: Number(groups.attempt),
		purpose,
		key
	};
}
/**
* A description that ends with the marker, at most `DESCRIPTION_LIMIT` characters in all. The text is made one line of printable
* characters and cut to fit, to nothing if need be; the marker is never cut.
*/
function describe(text, marker) {
	const ending = formatMarker(marker);
	const beginning = cutText(oneLine(text), 255 - ending.length - 1);
	return beginning === "" ? ending : `${beginning} ${ending}`;
}
/** What and where from, in one line: workflow, job, short commit, run URL. What the runner left empty is left out. */
function defaultDescription(run) {
	const parts = [
		["workflow", run.workflowName],
		["job", run.job],
		["commit", run.sha.slice(0, 7)]
	].flatMap(([label, value]) => value === "" ? [] : [`${label} ${value}`]);
	const url = `${run.serverUrl}/${run.repository}/actions/runs/${run.runId}`;
	return [...parts, url].join(", ");
}
/** Whether this very workflow made it: the same path in the same repository, letter case of owner/repo aside. */
function isOwn(marker, run) {
	return marker !== void 0 && foldRepository(marker.workflow) === foldRepository(run.workflow.toWellFormed());
}
/** Whether any workflow of this repository made it, letter case aside. */
function isThisRepository(marker, run) {
	return marker !== void 0 && marker.repository.toLowerCase() === run.repository.toLowerCase();
}
/** Whether this workflow run made it, in whichever attempt: only then may a `wait` step arm a rollback to it. */
function madeByThisRun(marker, run) {
	return isThisRepository(marker, run) && marker?.run === run.runId;
}
/** Whether this very attempt made it: then nobody can have restored it before the deploy that it is for. */
function madeByThisAttempt(marker, run) {
	return madeByThisRun(marker, run) && marker?.attempt === run.attempt;
}
/**
* The workflow file of a workflow's ref (`GITHUB_WORKFLOW_REF`), e.g. `owner/repo/.github/workflows/deploy.yml` of
* `owner/repo/.github/workflows/deploy.yml@refs/heads/main`. A file's name may itself contain `@`, so the ref is cut
* off at the last `@refs/`, or else the last `@`.
*/
function workflowPathOf(ref) {
	const end = ref.includes("@refs/") ? ref.lastIndexOf("@refs/") : ref.lastIndexOf("@");
	return end < 0 ? ref : ref.slice(0, end);
}
function repositoryOf(workflow) {
	return workflow.split("/", 2).join("/");
}
/** Owner and repository have no letter case at GitHub; the path of a file in it has. */
function foldRepository(workflow) {
	const repository = repositoryOf(workflow);
	return repository.toLowerCase() + workflow.slice(repository.length);
}
function encode(workflow) {
	return encodeURIComponent(workflow.toWellFormed()).replaceAll("%2F", "/").replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
function decode(encoded) {
	try {
		return decodeURIComponent(encoded);
	} catch {
		return;
	}
}
function oneLine(text) {
	return text.toWellFormed().replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ").replace(/\p{Cc}/gu, "").trim();
}
/** At most `limit` code units, never half a surrogate pair, no space at the end. */
function cutText(text, limit) {
	if (text.length <= limit) return text;
	const cut = text.slice(0, Math.max(limit, 0));
	return (cut.isWellFormed() ? cut : cut.slice(0, -1)).trimEnd();
}

// src/platform/read-workflow-run.ts
const UNNAMED_ACTION = "OWNER/vps-snapshot-action@v1";
/**
* Which workflow run this is, by the variables that the runner sets (`GITHUB_REPOSITORY`, `GITHUB_WORKFLOW_REF`,
* `GITHUB_RUN_ID` and so on). What it does not set, as runners other than GitHub's do, is empty; a run id is then 0 and
* an attempt 1. The event's file is not read.
*/
function readWorkflowRun(variables) {
	const { GITHUB_REPOSITORY: repository = "", GITHUB_WORKFLOW: workflowName = "" } = variables;
	const path = workflowPathOf(variables["GITHUB_WORKFLOW_REF"] ?? "");
	const isLocal = path.toLowerCase().startsWith(`${repository.toLowerCase()}/`);
	return {
		repository,
		actor: variables["GITHUB_ACTOR"] ?? "",
		isNestedInForeignRunner: isForeignRunner(variables) && (variables["GITHUB_ACTION_PATH"] ?? "") !== "",
		workflow: isLocal ? path : `${repository}/${workflowName}`,
		workflowName,
		runId: wholeNumber(variables["GITHUB_RUN_ID"]) ?? "0",
		attempt: Number(wholeNumber(variables["GITHUB_RUN_ATTEMPT"]) ?? 1),
		event: variables["GITHUB_EVENT_NAME"] ?? "",
		job: variables["GITHUB_JOB"] ?? "",
		sha: variables["GITHUB_SHA"] ?? "",
		serverUrl: variables["GITHUB_SERVER_URL"] || "https://github.com",
		action: actionOf(variables)
	};
}
const FOREIGN_RUNNERS = [
	"ACT",
	"GITEA_ACTIONS",
	"FORGEJO_ACTIONS"
];
/** Each of them says so in a variable of its own. */
function isForeignRunner(variables) {
	return FOREIGN_RUNNERS.some((name) => (variables[name] ?? "") !== "");
}
/**
* The action as the workflow names it. In composite actions the runner may say another action's name, and of a local
* one it says none; then it is for a person to fill in.
*/
function actionOf({ GITHUB_ACTION_REPOSITORY: repository = "", GITHUB_ACTION_REF: ref = "" }) {
	return /^[A-Za-z0-9-]+\/vps-snapshot-action$/.test(repository) && /^[A-Za-z0-9._/-]+$/.test(ref) ? `${repository}@${ref}` : UNNAMED_ACTION;
}
/** Its decimal digits, where it is a positive number that is exact. */
function wholeNumber(text) {
	return /^[1-9][0-9]*$/.test(text ?? "") && Number.isSafeInteger(Number(text)) ? text : void 0;
}

// src/platform/process.ts
/**
* What both entries have in common: the runner's signals, the environment, the exit code. With the entries the only module
* that touches the process.
*/
const LAST_RESORT_MS = 1900;
/** Runs a stage with the real clock, network and runner, and sets the exit code. */
async function runStage(stage) {
	const { env } = process;
	if (!("withResolvers" in Promise)) {
		process.exitCode = 1;
		return githubRunner.error(nodeTooOld(process.versions.node), TITLE);
	}
	const transports = [
		createUndiciTransport({ env }),
		createUndiciTransport({ env }),
		createUndiciTransport({ env })
	];
	const [transport, healthTransport, notifyTransport] = transports;
	process.exitCode = 1;
	try {
		const isGreen = await stage({
			runner: githubRunner,
			transport,
			notifyTransport,
			probe: createHealthProbe(healthTransport),
			clock: systemClock,
			random: Math.random,
			signal: cancelSignal(),
			origin: readWorkflowRun(env),
			inputs: readInputTexts(env),
			readState: getState,
			env
		});
		process.exitCode = isGreen ? 0 : 1;
	} catch (error) {
		const message = oneLine$1(error instanceof Error ? error.message : String(error));
		githubRunner.error(internalError(message), TITLE);
	} finally {
		await Promise.all(transports.map(({ close }) => close()));
		if (process.exitCode !== 0) endForGood();
	}
}
/** Aborted with `Cancelled` when the runner asks for the end. */
function cancelSignal() {
	const cancel = new AbortController();
	for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {
		cancel.abort(new Cancelled(name));
		endForGood();
	});
	return cancel.signal;
}
function endForGood() {
	setTimeout(() => process.kill(process.pid, "SIGKILL"), LAST_RESORT_MS).unref();
}

// src/domain/entities.ts
/** The status of a snapshot whose answer holds none that can be read: neither completed, nor failed, nor in progress. */
const UNREADABLE_STATUS = "unreadable";

// src/policy/timestamps.ts
const FURTHEST_EAST_MS = 14 * HOUR_MS;
const FURTHEST_WEST_MS = 12 * HOUR_MS;
const FURTHEST_AHEAD_MS = FURTHEST_EAST_MS + HOUR_MS;
const SKEW_MS = 5 * MINUTE_MS$1;
const TIMESTAMP = new RegExp([/^(?<date>\d{4}-\d\d-\d\d)[t ](?<minute>\d\d:\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,12}))?)?/, / ?(?<zone>z|utc|gmt|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?$/].map(({ source }) => source).join(""), "i");
const EPOCH = /^[1-9]\d{9}(?:\d{3})?(?:\.\d{1,12})?$/;
const EPOCH_SECONDS_END = 1e10;
/**
* Reads a date in every unambiguous form: ISO 8601 with `T`, `t` or a space, with or without seconds and their
* fraction, and with the zone as `Z`, `UTC`, `+00:00`, `+0000`, `+00` or not at all; or epoch seconds or milliseconds.
* Fractions are cut to milliseconds. Undefined for everything else, for days without a time and days that do not exist.
*/
function parseTimestamp(value) {
	const text = String(value).trim();
	if (EPOCH.test(text)) return {
		ms: epochMs(Number(text)),
		hasZone: true
	};
	const groups = TIMESTAMP.exec(text)?.groups;
	if (groups === void 0) return void 0;
	const { date, minute, second = "00", fraction = "", zone } = groups;
	const written = `${date}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
	const ms = Date.parse(written);
	if (Number.isNaN(ms) || new Date(ms).toISOString() !== written) return void 0;
	return {
		ms: ms - offsetMs(zone),
		hasZone: zone !== void 0
	};
}
function epochMs(value) {
	return Math.round(value < EPOCH_SECONDS_END ? value * 1e3 : value);
}
/** `+02:00`, `-0530`, `+02`; what has no sign is UTC. */
function offsetMs(zone = "") {
	const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
	const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS$1;
	return sign === "-" ? -offset : offset;
}
/** When it was made, in milliseconds since the epoch; undefined without a date and zone that can be read. */
function createdAtMs({ createdAt }) {
	const timestamp = parseTimestamp(createdAt);
	return timestamp?.hasZone === true ? timestamp.ms : void 0;
}
/**
* How old a snapshot is. Without a zone its age is uncertain by 26 hours, so that it is known only roughly.
* @param now by the API's clock (the `Date` header of its answers, or `created_at` of what was just made), in
* milliseconds since the epoch: the runner's clock may be wrong
*/
function ageOf$1({ createdAt }, now) {
	const timestamp = parseTimestamp(createdAt);
	if (timestamp === void 0) return { state: "unknown" };
	const age = now - timestamp.ms;
	if (age < -FURTHEST_AHEAD_MS) return { state: "future" };
	if (timestamp.hasZone) return {
		state: "known",
		atLeastMs: age,
		atMostMs: age
	};
	return {
		state: "known",
		atLeastMs: age - FURTHEST_WEST_MS,
		atMostMs: age + FURTHEST_EAST_MS
	};
}
/** Whether a date lies so far ahead that a clock must be wrong, both in milliseconds since the epoch. */
function isAhead(at, now) {
	return at - now > SKEW_MS;
}
/** Whether a snapshot's date is later than another's by more than so many milliseconds, both read by one clock. */
function isDatedLater(snapshot, other, byMs) {
	const [later, earlier] = [parseTimestamp(snapshot.createdAt), parseTimestamp(other.createdAt)];
	if (later === void 0 || earlier === void 0) return false;
	return later.hasZone === earlier.hasZone && later.ms - earlier.ms > byMs;
}

// src/policy/statuses.ts
/** The longest creation that the reference mentions takes ten minutes. */
const STUCK_AFTER_MS = 30 * MINUTE_MS$1;
const SNAPSHOT_WORDS = new Map([
	["in_progress", "in_progress"],
	...words("completed", "completed", "complete", "available", "ready", "done", "success", "finished"),
	...words("failed", "failed", "failure", "aborted", "cancelled", "canceled")
]);
const SERVER_WORDS = new Map([
	...words("active", "active", "running"),
	...words("stopped", "stopped", "off"),
	...words("restoring", "restoring"),
	...words("transitioning", "starting", "stopping", "restarting", "rebooting", "booting", "shutting_down"),
	...words("transitioning", "powering_on", "powering_off"),
	...words("error", "failed")
]);
function words(phase, ...statuses) {
	return statuses.map((status) => [status, phase]);
}
/** In any letter case, with `_`, `-` or a space between words. */
function snapshotPhase(status) {
	const word = normalize(status);
	return SNAPSHOT_WORDS.get(word) ?? (isError(word) ? "failed" : "unrecognized");
}
/** Whether a snapshot is there to be restored. */
function isCompleted({ status }) {
	return snapshotPhase(status) === "completed";
}
/** In any letter case, with `_`, `-` or a space between words. */
function serverPhase(status) {
	const word = normalize(status);
	return SERVER_WORDS.get(word) ?? (isError(word) ? "error" : "unrecognized");
}
/**
* Whether a snapshot is still being made; one of an unrecognized status is, as long as it is young.
* @param now by the API's clock, in milliseconds since the epoch
*/
function snapshotActivity(snapshot, now) {
	const phase = snapshotPhase(snapshot.status);
	if (phase === "completed" || phase === "failed") return "finished";
	const age = ageOf$1(snapshot, now);
	if (age.state === "future") return "stuck";
	if (age.state === "unknown") return "undated";
	if (age.atLeastMs >= STUCK_AFTER_MS) return "stuck";
	return age.atMostMs < STUCK_AFTER_MS ? "in_progress" : "undated";
}
function normalize(status) {
	return status.trim().toLowerCase().replace(/[\s-]+/g, "_");
}
/** `error`, `errored`, `error_timeout`, … */
function isError(word) {
	return word.startsWith("error");
}

// src/run/server-run.ts
/** A record of a server for which nothing has been done yet. */
function newServerRun(goal, server, target) {
	return {
		goal,
		server: {
			...server,
			status: void 0,
			statusSince: void 0,
			readAt: void 0
		},
		target,
		task: { state: "pending" },
		power: { state: "untouched" },
		health: { state: "not checked" },
		slots: void 0,
		safety: void 0,
		deletions: [],
		kept: void 0,
		began: void 0,
		ended: void 0,
		phases: []
	};
}
/** The snapshot that the record is about, as last seen; undefined while there is none, or none any more. */
function snapshotOf({ task, target }) {
	switch (task.state) {
		case "running":
		case "left running":
		case "succeeded":
		case "failed": return task.snapshot;
		case "requested":
		case "pending":
		case "planned":
		case "skipped":
		case "rejected":
		case "ambiguous": return target;
	}
}
const HOW_FAR = {
	pending: "not begun",
	skipped: "not begun",
	planned: "checked",
	rejected: "checked",
	requested: "asked",
	ambiguous: "asked",
	running: "accepted",
	"left running": "accepted",
	succeeded: "accepted",
	failed: "accepted"
};
/** Whether the API has accepted what the record is about. */
function isAccepted({ task }) {
	const isOurs = task.state !== "succeeded" || task.how !== "already gone";
	return HOW_FAR[task.state] === "accepted" && isOurs;
}
/** Whether anything may have been changed for it, accepted or not. */
function mayBeTouched({ task, power, deletions }) {
	const howFar = HOW_FAR[task.state];
	return howFar === "asked" || howFar === "accepted" || power.state !== "untouched" || deletions.length > 0;
}
/** There is nothing to tell of it: its task was not begun, and nothing was asked of the API besides. */
function hasNoTrace(run) {
	return HOW_FAR[run.task.state] === "not begun" && !mayBeTouched(run) && run.safety === void 0;
}
/** Whether its restore counts as done though no read of the server ever showed it. */
function wasNeverSeen({ task }) {
	return task.state === "succeeded" && task.how === "never seen";
}
const MAY_BE_DOWN = {
	untouched: false,
	"stop requested": true,
	stopped: true,
	"start requested": true,
	"start failed": true,
	started: false,
	"left stopped": false
};
/** Whether the server is, or may be, down because of this action and has not been seen running since. */
function mayBeDown$1({ power }) {
	return MAY_BE_DOWN[power.state];
}
/** Whether what was accepted goes on at VPS.org, and nothing is worse: this action has not left the server down. */
function goesOn(run) {
	return run.task.state === "left running" && !mayBeDown$1(run);
}
/** Everything that went wrong for this server, the task's own problem first. */
function problemsOf({ task, power, health }) {
	return [
		task,
		power,
		health
	].flatMap((part) => "problem" in part ? [part.problem] : []);
}
/** Whether nothing was begun for it because another server of its group had failed. */
function isSkippedWithGroup({ task }) {
	return task.state === "skipped" && task.why === "group failed";
}
/**
* Whether all that was asked for this server was done, as far as anybody wanted to wait for it, and this action has not
* left it down.
*/
function isGood(run) {
	const { goal, task, health } = run;
	return (goal === "clean up" || standOf(task) === "good") && !mayBeDown$1(run) && IS_HEALTH_GOOD[health.state];
}
const IS_HEALTH_GOOD = {
	"not checked": true,
	checking: false,
	passed: true,
	failed: false,
	"cut off": false
};
/** Whether something went wrong for it that is known already: what is still under way has not failed. */
function hasFailed({ task, power, health }) {
	return standOf(task) === "bad" || power.state === "start failed" || health.state === "failed";
}
/** `open`: it is still under way, or has not begun. */
function standOf(task) {
	switch (task.state) {
		case "planned":
		case "succeeded": return "good";
		case "left running": return task.why === "not awaited" ? "good" : "bad";
		case "skipped":
		case "rejected":
		case "ambiguous":
		case "failed": return "bad";
		case "pending":
		case "requested":
		case "running": return "open";
	}
}

// src/run/labels.ts
/** Of a server, or of all. */
const NOTHING_CHANGED = "Nothing was changed.";
/** What a person calls the server: its name where it is known. It can begin a sentence. */
function serverLabel({ server }) {
	return server.name === "" ? `Server ${server.id}` : shortName(server.name);
}
const NAME_SHOWN$1 = 32;
/** A long name without its middle: those of a fleet often differ at the end only. */
function shortName(name) {
	const letters = Array.from(name);
	if (letters.length <= NAME_SHOWN$1) return name;
	return `${letters.slice(0, 16).join("")}…${letters.slice(-15).join("")}`;
}
/** The same, to stand in a sentence. */
function inSentence(run) {
	return run.server.name === "" ? `server ${run.server.id}` : serverLabel(run);
}
/** The step to look at it in the panel. */
function checkServer(run) {
	return {
		kind: "check server",
		server: inSentence(run)
	};
}
/** The step to look at what runs on it; `isRestored`: the snapshot itself may be what is bad. */
function checkApplication(run, isRestored) {
	return {
		kind: "check application",
		server: inSentence(run),
		isRestored
	};
}
/** The step to start it in the panel. */
function startServer(run) {
	return {
		kind: "start server",
		server: inSentence(run)
	};
}
/** The id of its snapshot, for a text; empty while there is none. */
function snapshotIdOf(run) {
	return snapshotOf(run)?.id ?? "";
}
/** When its snapshot was taken, by the API's own date, in milliseconds since the epoch; undefined where that is not known. */
function createdAtOf(run) {
	const snapshot = snapshotOf(run);
	return snapshot === void 0 ? void 0 : createdAtMs(snapshot);
}
/** The server's status as last seen, for a text. */
function lastStatus({ server }) {
	return server.status ?? "unreadable";
}
/** The same with the time since when, e.g. `restarting, since 02:41 UTC`. */
function lastStatusSince(run) {
	const { statusSince } = run.server;
	return statusSince === void 0 ? lastStatus(run) : statusSeen(lastStatus(run), statusSince);
}
/** A status and since when it was seen so, for a text. */
function statusSeen(status, since) {
	return `${status}, since ${timeOfDay(since)}`;
}
/** How a snapshot was seen last, as a sentence. @param last undefined: no list has shown it */
function lastSeenText(last) {
	return last === void 0 ? "No list has shown it yet." : `Its last status was ${statusSeen(last.status, last.since)}.`;
}
/** How old a snapshot is at `now` (clock milliseconds), e.g. `2 days old`. */
function ageOf(snapshot, now) {
	const created = createdAtMs(snapshot);
	if (created === void 0) return "age unknown";
	return isAhead(created, now) ? "dated in the future" : `${formatAge(now - created)} old`;
}
/** A snapshot in a text: its id, and its name where it has one. */
function snapshotLabel({ id, name }) {
	return name === "" ? id : `${id} "${name}"`;
}
/** Why retention leaves some snapshots alone: those with one reason together, e.g. `801, 802 are manual; 803 was made by this run`. */
function keptBecause(kept) {
	const groups = /* @__PURE__ */ new Map();
	for (const { snapshot, reason } of kept) {
		const group = groups.get(keepReason(reason)) ?? {
			reason,
			ids: []
		};
		group.ids.push(snapshot.id);
		groups.set(keepReason(reason), group);
	}
	return [...groups.values()].map(({ reason, ids }) => `${few(ids, NAMED.detail)} ${keepReason(reason, ids.length > 1)}`).join("; ");
}
/** Why retention leaves a snapshot, or several, alone, to be read after the ids. */
function keepReason(reason, areSeveral = false) {
	const be = areSeveral ? "are" : "is";
	switch (reason.kind) {
		case "manual": return `${be} manual`;
		case "other-repository": return `${areSeveral ? "belong" : "belongs"} to another repository`;
		case "other-workflow": return `${areSeveral ? "belong" : "belongs"} to another workflow`;
		case "safety": return areSeveral ? "are safety snapshots" : "is a safety snapshot";
		case "keep": return `${be} kept for good (\`keep: true\`)`;
		case "this-run": return `${areSeveral ? "were" : "was"} made by this run`;
		case "unmarked": return `${areSeveral ? "were" : "was"} made by this run, without ${areSeveral ? "their" : "its"} marker`;
		case "unfinished": return `${be} unfinished`;
		case "newest": return reason.count === 1 ? `${be} the newest` : `${be} among the newest ${reason.count}`;
		case "too-young": return `can be deleted from ${timeOfDay(reason.deletableFrom)}`;
		case "unreadable-date": return `${areSeveral ? "have" : "has"} no readable date`;
		case "future-date": return `${be} dated in the future`;
		case "not-comparable": return "cannot be compared by age";
		case "newer": return `${be} newer than this run's`;
		case "not-oldest": return `${be} not the oldest`;
	}
}
/** `02:41 UTC` */
function timeOfDay(at) {
	return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}

// src/run/next-step.ts
/** A sentence that fits no other kind. */
function advice(text) {
	return {
		kind: "advice",
		text
	};
}

// src/run/problem.ts
/** The problem of what certainly was not done. */
function certain(reason, what, state, ...next) {
	return {
		reason,
		done: "nothing",
		what,
		state,
		next
	};
}
/** Two problems of one operation as one: what nobody knows comes before what was certainly not done, then the earlier one. */
function bothOf(first, second) {
	const [main, other] = first.done === "nothing" && second.done === "unknown" ? [second, first] : [first, second];
	const sentences = new Set([
		main.state,
		other.what,
		other.state
	].filter((sentence) => sentence !== ""));
	const candidates = [...main.candidates ?? [], ...other.candidates ?? []];
	return {
		...main,
		state: [...sentences].join(" "),
		next: [...main.next, ...other.next],
		...candidates.length === 0 ? {} : { candidates }
	};
}
/** A success that carries `value`. */
function success(value) {
	return {
		ok: true,
		value
	};
}
/** A failure that carries `problem`. */
function failed(problem) {
	return {
		ok: false,
		problem
	};
}

// src/http/rate-limit.ts
/** Milliseconds. A longer wait than a week counts as a week: no run lasts that long. */
const LONGEST_WAIT_MS = 6048e5;
const SECONDS = /^[0-9]+$/;
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 0xe8d4a51000;
/**
* Reads a `Retry-After` header as milliseconds from `now`. A date in the past is 0, what is absurdly far is clamped to a
* week, and what is neither form (negative, fractional, words) counts as not given.
*/
function parseRetryAfter(header, now) {
	const text = header?.trim() ?? "";
	if (SECONDS.test(text)) return clampWait(Number(text) * 1e3);
	const date = DATE.test(text) ? Date.parse(text) : NaN;
	return Number.isNaN(date) ? void 0 : clampWait(date - now);
}
/**
* Reads `Retry-After`, the `RateLimit` headers of the IETF's drafts (`RateLimit-Remaining: 0` with `RateLimit-Reset: 30`,
* `RateLimit: limit=100, remaining=0, reset=30`, `RateLimit: "default";r=0;t=30`, `RateLimit-Policy: 100;w=60` or
* `"default";q=100;w=60`), and their `X-RateLimit-` forms, GitHub's among them. Instants are taken by the answer's own
* `Date`, where it has one: the two clocks may differ.
* @param now clock milliseconds
*/
function readRateLimit(headers, now) {
	const theirNow = Date.parse(headers["date"] ?? "") || now;
	const waits = [parseRetryAfter(headers["retry-after"], theirNow), isExhausted(headers) ? readReset(headers, theirNow) : void 0].filter((wait) => wait !== void 0);
	const distanceMs = readDistance(headers);
	return {
		...waits.length === 0 ? {} : { waitMs: Math.max(...waits) },
		...distanceMs === void 0 ? {} : { distanceMs }
	};
}
/** Whether the answer is a limiter's by its headers: they ask to come again later, or say that nothing is left. */
function namesLimiter(headers) {
	return parseRetryAfter(headers["retry-after"], 0) !== void 0 || isExhausted(headers);
}
function isExhausted(headers) {
	return [...fieldValues(headers, "remaining", "r")].some((remaining) => remaining === 0);
}
/** Of several limits, the one that is reset last: before that, another one would still refuse. */
function readReset(headers, now) {
	const resets = fieldValues(headers, "reset", "t").map((reset) => {
		if (reset >= EPOCH_MILLISECONDS) return clampWait(reset - now);
		return clampWait(reset >= EPOCH_SECONDS ? reset * 1e3 - now : reset * 1e3);
	});
	return resets.length === 0 ? void 0 : Math.max(...resets);
}
/** Of several quotas (`10;w=1, 100;w=60`), the strictest on average. */
function readDistance(headers) {
	const distances = [...valuesOf$1(headers, "policy"), ...valuesOf$1(headers, "limit")].flatMap((value) => value.split(",")).flatMap((policy) => {
		const quota = parameter(policy, "q") ?? leadingNumber(policy);
		const seconds = parameter(policy, "w");
		return quota && seconds ? [seconds * 1e3 / quota] : [];
	});
	return distances.length === 0 ? void 0 : Math.max(...distances);
}
/** The numbers of a field: of `X-RateLimit-Remaining: 0`, of `remaining=0`, of `;r=0`. */
function fieldValues(headers, name, letter) {
	const own = valuesOf$1(headers, name).flatMap((value) => value.split(",")).map(leadingNumber);
	const combined = (headers["ratelimit"] ?? "").slice(0, LONGEST_HEADER).split(",");
	return [...own, ...combined.map((item) => parameter(item, name) ?? parameter(item, letter))].filter((value) => value !== void 0);
}
const PREFIXES = [
	"ratelimit-",
	"x-ratelimit-",
	"x-rate-limit-"
];
const LONGEST_HEADER = 1e3;
function valuesOf$1(headers, name) {
	return PREFIXES.map((prefix) => headers[prefix + name]?.slice(0, LONGEST_HEADER)).filter((value) => value !== void 0);
}
function parameter(item, name) {
	for (const part of item.split(";")) {
		const [key = "", value = ""] = part.split("=", 2);
		if (key.trim() === name) return leadingNumber(value);
	}
}
function leadingNumber(text) {
	const digits = /^\s*([0-9]{1,15})(?![0-9])/.exec(text)?.[1];
	return digits === void 0 ? void 0 : Number(digits);
}
function clampWait(ms) {
	return Math.min(LONGEST_WAIT_MS, Math.max(0, ms));
}

// src/http/json.ts
const INTEGER = /^-?[0-9]+$/;
/**
* Parses JSON. An integer beyond 2^53 becomes its digits as text, so that an id loses none; every text goes through
* `scrub`.
*/
function parseJson(text, scrub) {
	const revive = (_key, value, { source = "" }) => {
		if (typeof value === "string") return scrub(value);
		return typeof value === "number" && !Number.isSafeInteger(value) && INTEGER.test(source) ? source : value;
	};
	try {
		return {
			ok: true,
			value: JSON.parse(text, revive)
		};
	} catch {
		return { ok: false };
	}
}

// src/vps/error-body.ts
/** Characters of a message that a failure carries. */
const DETAIL_LIMIT = 2e3;
const LOOKED_AT = 65536;
const SENTENCES = [
	"detail",
	"error",
	"message"
];
const ABOUT_THE_ERROR = /* @__PURE__ */ new Set([
	"non_field_errors",
	"code",
	"status",
	"status_code",
	"type",
	"title",
	"instance",
	"errors"
]);
const REFUSED = /^(?:error|errored|fail|failed|failure|rejected|refused|denied|invalid|unsuccessful|[45][0-9]{2})$/i;
const MOST_FIELDS = 20;
const LONGEST_FIELD = 100;
const DEEPEST = 4;
/** Reads the body of an answer that is no success, in time that grows with its length and no faster. */
function readErrorBody(body, scrub) {
	const parsed = parseJson(body, scrub);
	const value = parsed.ok ? parsed.value : void 0;
	if (typeof value !== "object" || value === null) {
		const form = formOfText(body);
		return {
			form,
			message: truncate(scrub(form === "html" ? titleOf$1(body) : body.trim())),
			fields: []
		};
	}
	const named = fieldsOf$1(value).slice(0, MOST_FIELDS).map((name) => scrub(name).slice(0, LONGEST_FIELD));
	return {
		form: "json",
		message: truncate(scrub(extractMessage(value))),
		fields: named
	};
}
/**
* Whether the JSON of a 2xx says no to a change: `{"success": false}`, `{"status": "error"}`, or an error in a field for
* errors. In an object with an id only the first counts: the others say how that object is, for which a failed snapshot
* that has just been deleted is no error.
*/
function saysNo(value) {
	if (!isRecord(value)) return false;
	const { success, status, id, error, errors } = value;
	if (success === false) return true;
	return id === void 0 && (REFUSED.test(flatten(status, 0)) || isFilled(error) || isFilled(errors));
}
/** Whether a field for errors holds one: not null, false, 0, or empty. */
function isFilled(value) {
	return typeof value === "object" && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
/** Cuts a text to what a failure carries, never through the middle of a character. */
function truncate(text) {
	const cut = text.slice(0, DETAIL_LIMIT);
	return text.length > 2e3 ? cut.replace(/[\uD800-\uDBFF]$/, "") : cut;
}
/** Whether a body that is not JSON is a page of HTML or XML. */
function isPage(body) {
	return formOfText(body) === "html";
}
function formOfText(body) {
	const text = body.trimStart();
	if (text === "") return "empty";
	return /^\uFEFF?<[a-z!?]/i.test(text) ? "html" : "text";
}
/** The title of a page. Searched for step by step: a pattern would try again at every `<title` that is not closed. */
function titleOf$1(body) {
	const head = body.slice(0, LOOKED_AT);
	const tag = head.toLowerCase().indexOf("<title");
	const start = tag < 0 ? -1 : head.indexOf(">", tag);
	const end = start < 0 ? -1 : head.indexOf("<", start);
	return (end < 0 ? "" : head.slice(start + 1, end)).replace(/\s+/g, " ").trim();
}
function extractMessage(body) {
	if (!isRecord(body)) return flatten(body, 0);
	const sentence = sentenceOf(body);
	const others = Object.entries(body).filter(([key]) => !isSentence(key));
	return [sentence, labelled(sentence === "" ? others : others.filter(([, value]) => Array.isArray(value)), 0)].filter((text) => text !== "").join(" ");
}
/** Each field with messages of its own, below `errors` where they stand there. */
function fieldsOf$1(body) {
	if (!isRecord(body)) return [];
	const hasSentence = sentenceOf(body) !== "";
	const own = Object.entries(body).filter(([key]) => !isSentence(key) && !ABOUT_THE_ERROR.has(key)).filter(([, value]) => isMessage(value) && (!hasSentence || Array.isArray(value))).map(([key]) => key);
	const { errors } = body;
	const nested = isRecord(errors) ? fieldsOf$1(errors) : [];
	const listed = Array.isArray(errors) ? errors.flatMap(namedField) : [];
	return [.../* @__PURE__ */ new Set([
		...own,
		...nested,
		...listed
	])];
}
function namedField(error) {
	if (!isRecord(error)) return [];
	const name = error["attr"] ?? error["field"];
	return typeof name === "string" && name !== "" && name !== "non_field_errors" ? [name] : [];
}
/** A text, or what holds one; numbers and booleans say something about the error, not about a field. */
function isMessage(value, depth = 0) {
	if (typeof value === "string") return value.trim() !== "";
	if (typeof value !== "object" || value === null || depth > DEEPEST) return false;
	return Object.values(value).some((inner) => isMessage(inner, depth + 1));
}
function sentenceOf(body) {
	return SENTENCES.map((key) => flatten(body[key], 0)).find((text) => text !== "") ?? "";
}
function isSentence(key) {
	return SENTENCES.some((known) => known === key);
}
function labelled(entries, depth) {
	return entries.map(([key, value]) => [key, flatten(value, depth)]).filter(([, text]) => text !== "").map(([key, text]) => key === "non_field_errors" ? text : `${key}: ${text}`).join("; ");
}
function flatten(value, depth) {
	if (typeof value === "string") return value.trim();
	if (typeof value === "number" || typeof value === "boolean") return String(value);
	if (depth > DEEPEST) return "";
	if (Array.isArray(value)) return value.map((item) => flatten(item, depth + 1)).filter((text) => text !== "").join(" ");
	return isRecord(value) ? labelled(Object.entries(value), depth + 1) : "";
}
function isRecord(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

// src/vps/failure.ts
const LOST_ANSWERS = /* @__PURE__ */ new Set([
	"timeout",
	"interrupted",
	"oversized",
	"unreadable",
	"mismatch"
]);
const MISSING_ANSWERS = /* @__PURE__ */ new Set(["unreachable", ...LOST_ANSWERS]);
const TRANSIENT_STATUSES = /* @__PURE__ */ new Set([
	408,
	425,
	429
]);
const MOMENTARY_STATUSES = /* @__PURE__ */ new Set([
	409,
	423,
	425
]);
const INVALID_REQUEST_STATUSES = /* @__PURE__ */ new Set([400, 422]);
/**
* Tells who wrote an answer outside 2xx and 3xx, or a 2xx that is no yes, and what it says.
* @param now clock milliseconds
*/
function readRefusal({ status, headers, body }, scrub, now) {
	const { form, message, fields } = readErrorBody(body, scrub);
	const { waitMs } = readRateLimit(headers, now);
	const facts = {
		httpStatus: status,
		bodyForm: form,
		detail: message,
		...waitMs === void 0 ? {} : { retryAfterMs: waitMs }
	};
	if (status === 429 || status === 403 && namesLimiter(headers)) return {
		...facts,
		kind: "refused",
		status: 429
	};
	if (form !== "json") return {
		...facts,
		kind: "intermediary"
	};
	return {
		...facts,
		kind: "refused",
		status,
		...fields.length === 0 ? {} : { fields }
	};
}
/**
* Whether this is no answer to what was asked, so that the same question may well be answered later: nothing came, or
* not from the API (a redirect among it), or the API is limiting (429) or in trouble of its own (408, 425, 5xx).
*/
function isTransient(failure) {
	const { kind, status = 0 } = failure;
	if (MISSING_ANSWERS.has(kind) || kind === "intermediary") return true;
	if (kind === "redirect") return failure.status !== void 0;
	return kind === "refused" && (TRANSIENT_STATUSES.has(status) || status >= 500);
}
/**
* Whether a request that failed so may have been acted on: the answer was lost (a page with 2xx among it), or it is 408
* or a 5xx. A change is then looked for, and sent again once at most.
*/
function isAmbiguous(failure) {
	const { kind } = failure;
	if (kind === "expired") return failure.repeated > 0;
	if (LOST_ANSWERS.has(kind)) return true;
	if (kind !== "refused" && kind !== "intermediary" || isThrottled(failure)) return false;
	const status = failure.httpStatus ?? failure.status ?? 0;
	return status === 408 || status >= 500 || kind === "intermediary" && isSuccess(status);
}
/**
* Whether a request that failed so had no effect: never sent, refused by the API, or stopped by a limiter or a challenge
* page. Certain for what was never sent and for what the API refused; of the rest as likely as can be, which is why a
* change is sent again only after a look.
*/
function didNothing(failure) {
	return !isAmbiguous(failure);
}
/** Whether a limiter answered: 429, a 403 that names a rate limit, or a 503 that is a page or empty. */
function isThrottled({ kind, status, httpStatus, bodyForm }) {
	if (kind === "refused") return status === 429;
	return kind === "intermediary" && httpStatus === 503 && bodyForm !== "text";
}
/** Whether something between here and the API answered in its place: a challenge page, a gateway, a limiter's page. */
function isFromIntermediary({ kind, bodyForm = "json" }) {
	return kind === "intermediary" || kind === "refused" && bodyForm !== "json";
}
/**
* Whether the API refused a change because of the moment: 409, 423, 425, or a 400, a 422 or a 2xx that says no, where
* they name no field. The world is read again, and the change sent again.
*/
function isMomentaryRefusal(failure) {
	const { kind, status = 0, fields } = failure;
	if (kind !== "refused") return false;
	return MOMENTARY_STATUSES.has(status) || mayNameFields(status) && fields === void 0;
}
/** The fields that the API named in refusing a request (400, 422, a 2xx that says no); empty where it named none. */
function refusedFields({ kind, status = 0, fields = [] }) {
	return kind === "refused" && mayNameFields(status) ? fields : [];
}
function mayNameFields(status) {
	return INVALID_REQUEST_STATUSES.has(status) || isSuccess(status);
}
function isSuccess(status) {
	return status >= 200 && status < 300;
}

// src/vps/messages.ts
/** Every sentence about a request of the API that failed, and what helps. */
/** One whole sentence: what happened, in whose words, HTTP last. Raw text: not yet harmless to print. */
function describeFailure(failure) {
	if (failure.last !== void 0) return describeFailure(failure.last);
	const words = wordsOf(failure);
	return `${whatHappened(failure)}${words === "" ? "" : `: ${words}`} (${httpOf(failure)}).`;
}
const BY_ID = /^\/(server|snapshot)s\/([^/?]+)\//;
const HEADLINE_LIMIT$2 = 100;
/** The same for a headline: where the API has much to say, that is a sentence of its own. */
function describeInTwo(failure) {
	const what = describeFailure(failure);
	const words = wordsOf(failure);
	if (words === "" || what.length <= HEADLINE_LIMIT$2) return {
		what,
		words: ""
	};
	return {
		what: `${whatHappened(failure)} (${httpOf(failure)}).`,
		words: `The answer: ${words}.`
	};
}
/** The API's own words, after what a whole row of failures has been called; nothing where it had none. */
function lastAnswer(failure) {
	const words = wordsOf(failure);
	return words === "" ? "" : `The last answer: ${words} (${httpOf(failure)}).`;
}
/** Whether the description names the server, and not only the request. */
function namesServer(failure) {
	return isMissing(failure, "server");
}
/** Whether it says that a snapshot does not exist. */
function namesSnapshot(failure) {
	return isMissing(failure, "snapshot");
}
function isMissing({ kind, status, path }, what) {
	return kind === "refused" && status === 404 && BY_ID.exec(path)?.[1] === what;
}
/** The API's own words, where they say more than the status does. */
function wordsOf({ detail, status }) {
	const words = detail.trim().replace(/(?<!\.)\.$/, "");
	return status === 404 && /^not found$/i.test(words) ? "" : words;
}
function httpOf(failure) {
	const { method, repeated } = failure;
	const path = failure.path.replace(/\?.*/s, "");
	const status = failure.httpStatus ?? failure.status;
	return [
		...status === void 0 ? [] : [String(status)],
		...failure.status === 401 ? [] : [`${method} ${path}`],
		...repeated > 1 ? [`sent ${repeated} times`] : []
	].join(", ");
}
function whatHappened(failure) {
	if (failure.kind === "refused") return refusalOf(failure);
	if (failure.kind === "expired" && failure.repeated === 0) return "The time limit was reached before the request could be sent";
	if (failure.kind === "redirect" && failure.status === void 0) return "The API returned a link to another address, which is not followed";
	return OUTCOMES[failure.kind];
}
const OUTCOMES = {
	unreachable: "Could not connect to the API",
	"unknown-host": "Could not find the host",
	proxy: "Could not get through the proxy",
	tls: "Could not set up a secure connection",
	certificate: "The TLS certificate was not accepted",
	timeout: "VPS.org did not respond in time",
	interrupted: "The connection was lost before the response was complete",
	oversized: "The response was too large to read",
	intermediary: "A gateway or challenge page answered instead of the API",
	redirect: "The API redirected the request, which is not followed",
	unreadable: "The response could not be understood",
	mismatch: "The response does not match the request",
	expired: "The time limit was reached before VPS.org responded"
};
function refusalOf(failure) {
	const { status = 0 } = failure;
	const known = status === 404 ? missing(failure) : REFUSALS[status];
	if (known !== void 0) return known;
	if (status >= 500) return "VPS.org returned a server error";
	return isMomentaryRefusal(failure) ? "VPS.org refused the request for now" : "VPS.org refused the request";
}
function missing({ path }) {
	const [, kind, id] = BY_ID.exec(path) ?? [];
	if (id === void 0) return "VPS.org found nothing at this address";
	return `${kind === "server" ? "Server" : "Snapshot"} ${id} does not exist, or this token belongs to another account`;
}
const REFUSALS = {
	401: "VPS.org rejected the API token",
	403: "VPS.org denied access",
	408: "VPS.org timed out",
	429: "VPS.org is limiting requests"
};
const ACCOUNT = "your VPS.org account (https://admin.vps.org/account/developers/)";
const CHECK_API_URL = "Check that `api-url` is the address of the VPS.org API.";
const MAYBE_DONE = "Check the current state before you try again: the request may have taken effect.";
const TRY_LATER = "Try again later.";
const VERIFICATION = "Verification cannot be switched off.";
/** The next step for a person. Raw text where it names permissions, servers or fields. */
function remedyFor(failure, token = {}) {
	if (failure.last !== void 0) return remedyFor(failure.last, token);
	if (failure.retryAfterMs !== void 0 && failure.status === 429) return waitRemedy(failure.retryAfterMs);
	if (failure.kind === "certificate") return certificateRemedy(failure.code ?? "");
	if (failure.method === "GET" && ["timeout", "interrupted"].includes(failure.kind)) return TRY_LATER;
	if (failure.kind !== "refused") return KIND_REMEDIES[failure.kind];
	return refusalRemedy(failure, token);
}
const KIND_REMEDIES = {
	unreachable: "Check that this runner can reach `api-url`: the firewall, and the proxy variables HTTPS_PROXY and NO_PROXY.",
	"unknown-host": "Check the spelling of `api-url` and of the proxy, and the DNS of this runner.",
	proxy: "Check HTTPS_PROXY (HTTP_PROXY for plain HTTP), its credentials and what the proxy allows, or add the host to NO_PROXY.",
	tls: "Check that the host and port support TLS 1.2 or later, and that no proxy in between breaks it.",
	timeout: MAYBE_DONE,
	interrupted: MAYBE_DONE,
	oversized: `${CHECK_API_URL} Its responses are far smaller.`,
	intermediary: "Try again later. If it keeps happening, allow this runner through the gateway or firewall in front of `api-url`.",
	redirect: "Set `api-url` to the final address of the API. The token is sent nowhere else.",
	unreadable: `${CHECK_API_URL} Something in between may be responding in its place.`,
	mismatch: `${CHECK_API_URL} Something in between may be mixing up responses.`,
	expired: "Check the current state, and increase `timeout`."
};
/** What helps depends on what is wrong with it; codes as OpenSSL and Node name them. */
function certificateRemedy(code) {
	if (/EXPIRED|NOT_YET_VALID/.test(code)) return `Renew the certificate, and check the clock of this runner. ${VERIFICATION}`;
	if (/ALTNAME|HOSTNAME|UND_ERR_PRX_TLS/.test(code)) return `Use the host name that the certificate was issued for. ${VERIFICATION}`;
	return `If a proxy or gateway of yours signs with its own CA, set NODE_EXTRA_CA_CERTS to the file with that CA. ${VERIFICATION}`;
}
function refusalRemedy(failure, { permissions, servers = [] }) {
	const { status = 0 } = failure;
	const fields = refusedFields(failure);
	if (fields.length > 0) return fieldsRemedy(fields);
	if (status === 401) return `Check that the secret holds the complete token. If it expired or was revoked, create a new one in ${ACCOUNT}.`;
	if (status === 403) return permissionRemedy(permissions);
	if (status === 404) return remedyForMissing(failure, servers);
	if (status === 402) return "Check the billing of your VPS.org account, then try again.";
	if (status === 429) return "Try again in a few minutes, with fewer jobs at once.";
	if (isMomentaryRefusal(failure)) return "Check the status of the server, then try again.";
	return isTransient(failure) ? TRY_LATER : CHECK_API_URL;
}
const INPUTS = /* @__PURE__ */ new Map([
	["name", "`snapshot-name`"],
	["description", "`description`"],
	["server_id", "`server-id`"]
]);
function fieldsRemedy(fields) {
	return fields.every((field) => INPUTS.has(field)) ? `Correct ${fields.map((field) => INPUTS.get(field)).join(" and ")} as VPS.org asks.` : `Resolve what VPS.org reports about ${fields.join(", ")}, then try again.`;
}
/** A list has no ID that could be wrong. */
function remedyForMissing({ path }, servers) {
	const [, kind] = BY_ID.exec(path) ?? [];
	if (kind !== "server") return CHECK_API_URL;
	const remedy = "Correct `server-id`, or use a token of the account that owns the server.";
	return servers.length === 0 ? remedy : `${remedy} This token can see: ${visible(servers)}.`;
}
const NAME_SHOWN = 40;
/** `web-01 (12345), db-01 (12346) and 3 more`. */
function visible(servers) {
	const texts = servers.map(({ id, name }) => name === "" ? id : `${Array.from(name).slice(0, NAME_SHOWN).join("")} (${id})`);
	return few(texts, NAMED.choice);
}
function permissionRemedy(permissions) {
	const give = `Give the API token the permission it needs in ${ACCOUNT}.`;
	if (permissions === void 0) return give;
	return `${give} The token has ${permissions.length === 0 ? "none" : permissions.join(", ")}.`;
}
function waitRemedy(retryAfterMs) {
	return `Try again in ${formatDuration(Math.ceil(retryAfterMs / 1e3) * 1e3)}, with fewer jobs at once.`;
}
const RESPONSE = "the response";
const ITEM = "the item";
const ID_EXPECTED = "an ID (digits or a UUID)";
const PERMISSIONS_EXPECTED = "a list of permissions";
const EMPTY = "the response is empty";
const NOT_JSON = "the response is not JSON";
const NO_TARGET = "it names no target";
const NOT_ABOUT_RESTORE = "it does not mention a restore";
const PAGES_IN_CIRCLES = "its pages lead back to what was read already";
const LINK_WITHOUT_QUERY = "its link to the next page has no query";
function missingField(place) {
	return `${place} is missing`;
}
function wrongField(place, kind, expected) {
	return `${place} is ${kind} where ${expected} was expected`;
}
function pointsTo(address) {
	return `it points to ${address}`;
}
function tooManyPages(most) {
	return `the list has more than ${most} pages`;
}
function otherSnapshot$1(id) {
	return `it names snapshot ${id}`;
}
/** @param asked undefined where the server that was asked for is in the request */
function otherServer$1(ids, asked) {
	return `it names server ${ids.join(" = ")}${asked === void 0 ? "" : `, not ${asked}`}`;
}
function snapshotOfOther(id, ids, asked) {
	return `snapshot ${id} belongs to server ${ids.join(" = ")}, not ${asked}`;
}
function noStatusInList(id) {
	return `server ${id} has no status there`;
}

// src/operations/rollback-messages.ts
/**
* Every sentence about rolling back, by a restore or at the end of the job: log lines, plans of a dry run, and why a server
* stays as it is. Texts from the API are raw; the report makes them harmless.
*/
function twoOfOneServer(one, other) {
	const what = `Snapshots ${one.id} and ${other.id} both belong to server ${other.server.id}.`;
	const next = advice("Set one snapshot for each server.");
	return {
		...certain("ambiguous", what, NOTHING_CHANGED, next),
		candidates: [one, other]
	};
}
/** @param candidates what could be restored instead; undefined where it could not be read */
function notFound$2(ids, candidates) {
	const what = `${ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(", ")} were`} not found.`;
	const next = candidates?.length === 0 ? {
		kind: "list",
		server: void 0
	} : advice("Set `snapshot-id` to a snapshot that exists.");
	return {
		...certain("not-found", what, `Nothing was restored from ${ids.length === 1 ? "it" : "them"}.${alternatives(candidates)}`, next),
		candidates: candidates ?? []
	};
}
function alternatives(candidates) {
	if (candidates === void 0) return " The other snapshots could not be read.";
	return candidates.length === 0 ? " There is no other snapshot to restore." : "";
}
function rejected(run, snapshot, rejection, candidates) {
	const isAge = rejection.why !== "not completed";
	const hasOther = (candidates ?? []).length > 0;
	return {
		...certain(isAge ? "too-old" : "not-completed", `Snapshot ${snapshot.id} was not restored: ${rejectionText(snapshot, rejection)}.`, `${serverLabel(run)} was not changed.${alternatives(candidates)}`, ...isAge ? [] : stepsForUnfinished(snapshot), ...hasOther ? [advice("Set `snapshot-id` to another snapshot.")] : [], ...rejection.why === "too old" ? [advice("To restore an older snapshot, raise or remove `max-snapshot-age`.")] : [], ...rejection.why === "age unknown" || rejection.why === "dated ahead" ? [advice("To restore a snapshot of unknown age, remove `max-snapshot-age`.")] : []),
		candidates: candidates ?? []
	};
}
/** One that failed is never completed; any other may be. */
function stepsForUnfinished({ id, status, server }) {
	return snapshotPhase(status) === "failed" ? [{
		kind: "list",
		server: server.id
	}] : [{
		kind: "follow",
		snapshot: id,
		isRestore: false
	}];
}
function rejectionText(snapshot, rejection) {
	switch (rejection.why) {
		case "not completed": return snapshot.status === "unreadable" ? "its status cannot be read" : `its status is "${snapshot.status}", not completed`;
		case "age unknown": return "its age is unknown, and `max-snapshot-age` is set";
		case "dated ahead": return "it is dated in the future, so its age is unknown, and `max-snapshot-age` is set";
		case "too old": {
			const [is, may] = [formatDuration(rejection.ageMs), formatDuration(rejection.maxAgeMs)];
			return `it is ${is === may ? "just over " : ""}${is} old, and \`max-snapshot-age\` is ${may}`;
		}
	}
}
function unreadableForPlan(server) {
	return `This token may not read server ${server}, so its status is unknown.`;
}
const DRY_RUN_SENT_NOTHING = "This was a dry run: nothing was sent.";
function wouldTakeSafety(run) {
	return `Would first take a safety snapshot of ${serverLabel(run)}.`;
}
function wouldOverwrite$1(run, snapshot, now) {
	return `Would overwrite ${serverLabel(run)} (${run.server.id}, ${lastStatus(run)}) with snapshot ${snapshotLabel(snapshot)} (${ageOf(snapshot, now)}).`;
}
function safetyInCancelledJob(run) {
	return `The job was cancelled, so little time is left: if the safety snapshot of ${serverLabel(run)} does not complete within four minutes, nothing is restored. To restore without a safety snapshot, set \`safety-snapshot: false\`.`;
}
function safetyFailed(run, { what, state, isUnnamed: _, ...problem }) {
	return {
		...problem,
		what: `${serverLabel(run)} was not restored: its safety snapshot could not be taken.`,
		state: [what, state].filter((text) => text !== "").join(" "),
		next: [...problem.next, advice("To restore without a safety snapshot, set `safety-snapshot: false`.")]
	};
}
function safetyDescription(run) {
	return `State of ${serverLabel(run)} before snapshot ${snapshotIdOf(run)} was restored`;
}
function safetyAccepted(run, { id }) {
	return `Safety snapshot ${id} of ${serverLabel(run)} was accepted.`;
}
function safetyCompleted(run, { id }) {
	return `Safety snapshot ${id} of ${serverLabel(run)} is complete.`;
}
function restoreAccepted(run) {
	return `The restore of ${serverLabel(run)} from snapshot ${snapshotIdOf(run)} was accepted. Everything on the server is being overwritten.`;
}
function notSeenRestoring(run) {
	return `${serverLabel(run)} has not reported "restoring" yet.`;
}
function restoreEnded(run, phase) {
	return `The restore of ${serverLabel(run)} has finished; the server is ${phase === "active" ? "running" : phase}.`;
}
function leftStopped(run) {
	return `Leaving ${serverLabel(run)} stopped (\`start-after-restore: false\`).`;
}
const JOB_STATUS_UNKNOWN$1 = "The runner did not say how the job ended (`job-status` is empty or unknown), so nothing was restored or deleted.";
function interleavedUnknown(failure) {
	return `It could not be checked whether another run has deployed since: ${describeFailure(failure)} Restoring anyway.`;
}
/** @param target what is not restored */
function interleaved(run, target, { snapshot, marker }, runId) {
	return certain("interleaved", `${serverLabel(run)} was not restored: run ${marker.run} has deployed to it since this run (${runId}).`, `A rollback to snapshot ${snapshotIdOf(run)} would undo that deploy, too: its snapshot ${snapshot.id} is newer. Nothing was overwritten.`, advice(`If the site works, leave it: restoring snapshot ${target.id} would undo both deploys.`), {
		kind: "restore",
		snapshot: target.id
	});
}
/** A fleet is rolled back as a whole or not at all. */
function interleavedInGroup(run, target, other, { marker }) {
	return certain("interleaved", `${serverLabel(run)} was not restored: run ${marker.run} has deployed to ${serverLabel(other)}, which belongs to the same group.`, "A group is rolled back as a whole or not at all. Nothing was overwritten.", {
		kind: "restore",
		snapshot: target.id
	});
}
function interleavedWarning(run, { snapshot, marker }) {
	return `Run ${marker.run} has deployed to ${serverLabel(run)} since this snapshot was taken (its snapshot ${snapshot.id} is newer): restoring undoes that deploy, too.`;
}
function fullAfterFailure(run) {
	return `All ${5} slots of ${serverLabel(run)} are in use: the next create will be refused unless you delete a snapshot or set \`when-full: delete-oldest\`.`;
}
function cannotArm(why) {
	return certain("runner-files", "The runner's state file cannot be written, so nothing would happen at the end of the job.", `${NOTHING_CHANGED} The cause: ${why}.`, advice("Check the disk and the version of the runner. Without `restore-on`, `delete-on`, `keep-last` and `stop-server`, the state file is not needed."));
}
function disarmed(why) {
	return certain("runner-files", "No rollback is armed: the runner's state file can no longer be written.", `The snapshot exists. The cause: ${why}.`, advice("Check the disk of the runner."), { kind: "re-run" });
}
function cleanUpDisarmed(why) {
	return `The runner's state file can no longer be written (${why}): do not rely on \`delete-on\` or \`keep-last\` for this snapshot. If it stays, delete it yourself.`;
}
const STATE_LOST_UNCLEAR = "What the main step saved for the end of the job is missing, and so are its inputs: nothing was restored, started or deleted. If the job failed after a deploy, restore the server yourself.";
const STATE_LOST_CLEAN_UP = "What the main step saved for the end of the job is missing: no snapshot was deleted.";
function stateLost(isRestoreDue, mayBeDown, servers) {
	return certain("lost-state", `${isRestoreDue ? "Nothing was restored" : "Nothing was started"}: the runner lost what the snapshot step had saved.`, mayBeDown ? "The server may still be stopped." : "The post step cannot tell which snapshot to restore.", ...isRestoreDue ? [...(servers.length === 0 ? [void 0] : servers).map((server) => ({
		kind: "list",
		server
	})), advice("If the deploy has begun, it is still in place: restore this run's snapshot.")] : [], ...mayBeDown ? servers.map((id) => ({
		kind: "start server",
		server: `server ${id}`
	})) : []);
}

// src/operations/lost-state.ts
const NOTHING = {
	problem: void 0,
	isRestoreDue: false,
	warning: void 0
};
/**
* What to say where the main stage's state is lost: nothing is changed. It is red where the step's inputs show that
* something was due; a nested composite action may have lost them, too.
*/
function judgeLostState(parsed, jobStatus) {
	if (!parsed.ok) return {
		...NOTHING,
		warning: STATE_LOST_UNCLEAR
	};
	const { inputs } = parsed;
	if (inputs.operation !== "create" && inputs.operation !== "wait") return NOTHING;
	const isRestoreDue = jobStatus === "unknown" ? inputs.restoreOn.length > 0 : inputs.restoreOn.some((end) => end === jobStatus);
	const mayBeDown = inputs.operation === "create" && inputs.stopServer;
	if (isRestoreDue || mayBeDown) return {
		problem: stateLost(isRestoreDue, mayBeDown, inputs.servers),
		isRestoreDue,
		warning: void 0
	};
	return inputs.deleteOn.some((end) => end === jobStatus) || inputs.keepLast !== void 0 && jobStatus === "success" ? {
		...NOTHING,
		warning: STATE_LOST_CLEAN_UP
	} : NOTHING;
}

// src/present/messages/phrases.ts
/** What the sentences of this folder are made of. */
const NEVER_SEEN_RESTORING = "VPS.org accepted the restore, but the server never reported \"restoring\".";
/** Sentences side by side, without those that are empty. */
function joined(sentences) {
	return sentences.filter((sentence) => sentence !== "").join(" ");
}
function age(run, now) {
	const created = createdAtOf(run);
	if (created === void 0) return "of unknown age";
	return isAhead(created, now) ? "dated in the future" : `${formatAge(now - created)} old`;
}
/** `02:41 UTC`, with the date where it was another day. */
function clockTime(at, now) {
	const text = new Date(at).toISOString();
	const today = new Date(now).toISOString().slice(0, 10);
	return text.startsWith(today) ? timeOfDay(at) : `${text.slice(0, 10)} ${timeOfDay(at)}`;
}

// src/present/messages/server-trouble.ts
const ENDED = {
	cancelled: "Cancelled",
	"internal error": "Interrupted",
	"out of time": "Timed out"
};
function skipped(run, why) {
	return why === "group failed" ? {
		what: `Skipped ${serverLabel(run)} because another server in the group failed.`,
		state: ""
	} : {
		what: `${ENDED[why]} before ${skippedWork(run)}.`,
		state: stateOfSkipped(run)
	};
}
function skippedWork(run) {
	const [id, server] = [snapshotIdOf(run), serverLabel(run)];
	switch (run.goal) {
		case "create":
		case "clean up": return `a snapshot of ${server} was taken`;
		case "restore": return `${server} was restored from snapshot ${id}`;
		case "delete": return `snapshot ${id} of ${server} was deleted`;
		case "wait": return `snapshot ${id} of ${server} was checked`;
	}
}
function stateOfSkipped(run) {
	if (run.safety !== void 0) return `Nothing was overwritten; its safety snapshot ${run.safety.snapshot.id} was accepted.`;
	if (hasNoTrace(run)) return "Nothing was changed on it.";
	return run.goal === "restore" ? "Nothing was overwritten." : "";
}
function unanswered(run, toDelete) {
	const server = serverLabel(run);
	if (toDelete !== void 0) return {
		what: `It is unknown whether snapshot ${toDelete.id} of ${server} was deleted to free a slot.`,
		state: "The step ended before that could be seen. No snapshot was taken."
	};
	return {
		what: `The step ended before VPS.org answered a request for ${server}.`,
		state: "It is unknown whether VPS.org acted on it."
	};
}
function timedOut$1(run, { work, since, at, lastFailure, last }) {
	const [id, server] = [snapshotIdOf(run), serverLabel(run)];
	const failure = lastFailure === void 0 ? "" : ` The last request failed: ${lastFailure}`;
	const waited = formatDuration(at - (work === "snapshot" ? run.began ?? since : since));
	const isRestoring = lastFailure === void 0 && serverPhase(lastStatus(run)) === "restoring";
	switch (work) {
		case "snapshot": return {
			what: `Snapshot ${id} of ${server} did not complete within ${waited}.`,
			state: `${lastSeenText(last)} It continues at VPS.org.${failure}`
		};
		case "restore": return {
			what: isRestoring ? `${server} is still restoring from snapshot ${id} after ${waited}.` : `After ${waited}, it is unknown whether ${server} has been restored from snapshot ${id}.`,
			state: `${isRestoring ? "The restore continues at VPS.org" : "VPS.org accepted the restore"} (last status: ${lastStatusSince(run)}). Do not restore again.${failure}`
		};
		case "possible restore": return {
			what: `Snapshot ${id} is complete, but it is unknown whether ${server} is being restored.`,
			state: `Its last status was ${lastStatusSince(run)}.${failure}`
		};
		case "deletion": return {
			what: `Snapshot ${id} of ${server} is still listed ${waited} after its deletion was accepted.`,
			state: failure.trim()
		};
	}
}
function cutOff$1(run, { work, why }) {
	const ended = ENDED[why];
	const [id, server] = [snapshotIdOf(run), serverLabel(run)];
	switch (work) {
		case "snapshot": return {
			what: `${ended} while snapshot ${id} of ${server} was in progress.`,
			state: "It continues at VPS.org."
		};
		case "restore": return {
			what: `${ended} while ${server} was restoring from snapshot ${id}.`,
			state: "Do not restore again: VPS.org accepted the restore and continues it."
		};
		case "possible restore": return {
			what: `${ended} before it was clear whether ${server} is being restored.`,
			state: `Snapshot ${id} is complete.`
		};
		case "deletion": return {
			what: `${ended} while snapshot ${id} of ${server} was being deleted.`,
			state: "VPS.org accepted the deletion."
		};
	}
}
function acceptedInCancelledJob(run, { since, apiTime = since }) {
	return {
		what: `${serverLabel(run)} is being restored from snapshot ${snapshotIdOf(run)} (accepted ${clockTime(apiTime, apiTime)}).`,
		state: "A cancelled job has no time to wait for the restore to finish. Do not restore again."
	};
}
function unobservable({ work }, { what, state }) {
	return {
		what,
		state: (work === "restore" || work === "possible restore") && state === "" ? "Do not restore again." : state
	};
}
function mayBeDown(run) {
	const server = serverLabel(run);
	if (run.power.state === "start requested" && run.task.state === "succeeded" && run.task.work === "restore") return {
		what: `${server} has been restored, but has not been seen running.`,
		state: "The restore left it stopped, and its start was requested."
	};
	if (run.goal === "clean up" || run.goal === "restore") return {
		what: `${server} has not been seen running since it was stopped for its snapshot.`,
		state: ""
	};
	return {
		what: `${server} ${run.power.state === "stop requested" ? "was being stopped" : "is stopped"}.`,
		state: "It is started again at the end of the job."
	};
}
function restoredNotStarted(run, { what, state }) {
	return {
		what: `${serverLabel(run)} has been restored, but could not be started.`,
		state: joined([what, state])
	};
}
function unhealthy$1(run, { what, state }) {
	return {
		what: `${doneBut(run)} ${what}.`,
		state
	};
}
function healthCheckCutOff(run) {
	return {
		what: `The health check of ${serverLabel(run)} was cut off.`,
		state: ""
	};
}
/** A cancel after the work itself was done. */
function cancelledAfter(run, work, signal) {
	const [id, server] = [snapshotIdOf(run), serverLabel(run)];
	return work === "restore" ? `Cancelled (${signal}) after ${server} was restored from snapshot ${id}.` : `Cancelled (${signal}) after snapshot ${id} of ${server} had completed.`;
}
/** The request to stop it may have been obeyed, whatever its answer was. */
function mayHaveStopped(run, { state }) {
	return {
		what: `${serverLabel(run)} was asked to stop for its snapshot and may be stopped now.`,
		state
	};
}
function doneBut(run) {
	return run.task.state === "succeeded" && run.task.work === "restore" ? `${serverLabel(run)} has been restored, but` : `Snapshot ${snapshotIdOf(run)} is complete, but`;
}
function deletedToFreeSlot(snapshots) {
	return `Snapshot ${snapshots.map(snapshotLabel).join(", ")} was deleted to free a slot.`;
}
const SNAPSHOTS_CONTINUE = "The snapshots in progress continue at VPS.org.";
const RESTORES_CONTINUE = "The restores in progress continue at VPS.org. Do not restore those servers again.";
function deletionsAccepted(ids) {
	return ids.length === 1 ? `VPS.org accepted the deletion of snapshot ${ids.join("")}; it may still be listed.` : `VPS.org accepted the deletion of snapshots ${few(ids, NAMED.detail)}; they may still be listed.`;
}
function skippedUnchanged(servers) {
	return `Nothing was changed on ${few(servers.map(serverLabel), NAMED.detail)}.`;
}
/** @param isNamed whether the account names the server itself */
function serverFailed(run, { what, state }, isNamed) {
	const text = joined([what, state]);
	return isNamed ? text : `${serverLabel(run)}: ${text}`;
}
function furtherFailed(servers) {
	return `${servers.length} more: ${few(servers.map(serverLabel), NAMED.copy)}.`;
}

// src/present/status.ts
const RUNNING = {
	snapshot: "in_progress",
	restore: "restoring",
	"possible restore": "in_progress",
	deletion: "unknown"
};
const DONE = {
	snapshot: "completed",
	restore: "restored",
	"possible restore": "completed",
	deletion: "deleted"
};
/** How one server's part stands. `timed_out` and `cancelled` say that the API had accepted. */
function statusOf$1({ task }) {
	switch (task.state) {
		case "pending":
		case "skipped":
		case "rejected":
		case "failed": return "failed";
		case "planned": return "planned";
		case "requested":
		case "ambiguous": return "unknown";
		case "running": return RUNNING[task.work];
		case "left running": return statusOfLeft(task.why, task.work);
		case "succeeded": return DONE[task.work];
	}
}
function statusOfLeft(why, work) {
	switch (why) {
		case "timed out": return "timed_out";
		case "cancelled":
		case "job cancelled": return "cancelled";
		case "not awaited":
		case "internal error":
		case "unobservable": return RUNNING[work];
	}
}
const BAD = [
	"unknown",
	"failed",
	"timed_out",
	"cancelled",
	"restoring",
	"in_progress"
];
const GOOD = [
	"restoring",
	"in_progress",
	"planned",
	"completed",
	"restored",
	"deleted"
];
/** How the operation as a whole stands: of several servers the worst. */
function overallStatus(run) {
	const bad = new Set(run.servers.filter((server) => !isGood(server)).map(statusOf$1));
	const { problem } = run;
	const isAboutServers = problem?.reason !== "runner-files" || !run.servers.some(isAccepted);
	if (problem !== void 0 && isAboutServers) bad.add(problem.done === "unknown" ? "unknown" : "failed");
	const worst = BAD.find((status) => bad.has(status));
	if (worst !== void 0) return worst;
	const all = new Set(run.servers.map(statusOf$1));
	if (run.absent.length > 0 || run.deletedUnlisted.length > 0) all.add("deleted");
	return GOOD.find((status) => all.has(status)) ?? "failed";
}
/**
* The server that stands worst, if any has anything wrong: its reason speaks for all. One that was only skipped because of
* another is asked last, since that other one knows why.
*/
function worstServer(run) {
	const bad = run.servers.filter((server) => !isGood(server));
	const rank = (server) => {
		if (isSkippedWithGroup(server)) return BAD.length + 1;
		const place = BAD.indexOf(statusOf$1(server));
		return place === -1 ? BAD.length : place;
	};
	return bad.toSorted((a, b) => rank(a) - rank(b))[0];
}
/** Whether the stage is green. */
function isGreen({ operation, servers, problem, cutOff }) {
	const isCutOff = cutOff?.by === "internal error" || cutOff !== void 0 && operation !== "post";
	return problem === void 0 && !isCutOff && servers.every(isGood);
}

// src/present/account.ts
/** What went wrong for one server, and what state it is in; undefined where all is as asked. */
function whatWentWrong(run) {
	const [first, ...others] = [
		accountOfTask(run),
		accountOfPower(run),
		accountOfHealth(run)
	].filter((account) => account !== void 0);
	if (first === void 0) return void 0;
	const rest = others.flatMap(({ what, state }) => [what, state]);
	return {
		what: first.what,
		state: joined([
			first.state,
			wasNeverSeen(run) ? NEVER_SEEN_RESTORING : "",
			...rest,
			...freed$1(run)
		])
	};
}
/** An account as one text. */
function textOf$1({ what, state }) {
	return joined([what, state]);
}
function accountOfTask(run) {
	const { task, goal } = run;
	switch (task.state) {
		case "pending":
		case "planned":
		case "running":
		case "succeeded": return;
		case "skipped": return goal === "clean up" ? void 0 : skipped(run, task.why);
		case "requested": return unanswered(run, task.toDelete);
		case "rejected": return isStopUnclear(run) ? mayHaveStopped(run, task.problem) : task.problem;
		case "ambiguous":
		case "failed": return task.problem;
		case "left running": return accountOfLeft(run, task);
	}
}
function accountOfLeft(run, task) {
	switch (task.why) {
		case "not awaited": return;
		case "timed out": return timedOut$1(run, task);
		case "cancelled":
		case "internal error": return cutOff$1(run, task);
		case "job cancelled": return acceptedInCancelledJob(run, task);
		case "unobservable": return unobservable(task, task.problem);
	}
}
/** It could not be stopped, as far as anybody could see, nor was it seen running again. */
function isStopUnclear(run) {
	const { task } = run;
	return task.state === "rejected" && task.problem.reason === "stop-failed" && mayBeDown$1(run);
}
function accountOfPower(run) {
	const { power, task } = run;
	if (isStopUnclear(run)) return void 0;
	if (power.state === "start failed") return task.state === "succeeded" && task.work === "restore" ? restoredNotStarted(run, power.problem) : power.problem;
	return mayBeDown$1(run) ? mayBeDown(run) : void 0;
}
function accountOfHealth(run) {
	switch (run.health.state) {
		case "failed": return unhealthy$1(run, run.health.problem);
		case "cut off": return healthCheckCutOff(run);
		case "not checked":
		case "checking":
		case "passed": return;
	}
}
/** What was deleted for a snapshot that then was not taken must be said. */
function freed$1(run) {
	const deleted = run.deletions.filter(({ by, end }) => by === "when-full" && end === "deleted");
	if (deleted.length === 0 || run.task.state === "succeeded" && snapshotOf(run) !== void 0) return [];
	return [deletedToFreeSlot(deleted.map(({ snapshot }) => snapshot))];
}
/** How many servers of a group stand how. */
function tallyOf(servers) {
	const count = (is) => servers.filter(is).length;
	const skipped = count(({ task }) => task.state === "skipped");
	return {
		all: servers.length,
		done: count(({ task }) => task.state === "succeeded"),
		underWay: count(({ task }) => task.state === "left running"),
		unknown: count((server) => statusOf$1(server) === "unknown"),
		failed: count((server) => statusOf$1(server) === "failed") - skipped,
		skipped,
		troubled: count((server) => server.task.state === "succeeded" && !isGood(server))
	};
}
const FAILURES = 3;
/** What went wrong, the first few servers with their accounts. */
function failuresText(servers) {
	const shown = servers.slice(0, FAILURES).map((server) => failureText(server));
	const others = servers.slice(FAILURES);
	return joined([...shown, others.length === 0 ? "" : furtherFailed(others)]);
}
function failureText(server) {
	const account = whatWentWrong(server);
	if (account === void 0) return "";
	const { task } = server;
	const isNamed = !("problem" in task && task.problem.isUnnamed === true);
	return serverFailed(server, account, isNamed);
}
/** What is wrong with some servers of a group: what several have in common, and then the first few others. */
function groupTexts(servers) {
	return [...toldTogether(servers), failuresText(ownFailures(servers))];
}
/** What is not told of all of them at once. */
function ownFailures(servers) {
	return servers.filter((server) => !isGood(server) && !isSkippedWithGroup(server) && !isQuietlyLeft(server) && !isNotBegun(server));
}
/** It goes on at VPS.org, and there is nothing more to say about it. */
function isQuietlyLeft(server) {
	const { task } = server;
	if (task.state !== "left running" || !goesOn(server)) return false;
	if (task.work === "possible restore") return false;
	return task.why !== "unobservable" && (task.why !== "timed out" || task.lastFailure === void 0);
}
/** Its turn had not come when the end was asked for. */
function isNotBegun(server) {
	const { task } = server;
	return task.state === "skipped" && task.why === "cancelled" && hasNoTrace(server);
}
/** What goes on, and what was not begun. */
function toldTogether(servers) {
	const leftWith = (work) => servers.filter((server) => isQuietlyLeft(server) && "work" in server.task && server.task.work === work);
	const notBegun = servers.filter(isNotBegun);
	const deletions = leftWith("deletion").map(snapshotIdOf);
	return [
		leftWith("snapshot").length > 0 ? SNAPSHOTS_CONTINUE : "",
		leftWith("restore").length > 0 ? RESTORES_CONTINUE : "",
		deletions.length > 0 ? deletionsAccepted(deletions) : "",
		notBegun.length > 0 ? skippedUnchanged(notBegun) : ""
	];
}
/** The failures for which the verdict has only a name. */
function furtherFailures({ servers }) {
	return ownFailures(servers).slice(FAILURES).map(failureText).filter((text) => text !== "");
}

// src/present/reason.ts
/** Why one server's part is red; undefined where it is not. */
function reasonOf$2(run, cutOff) {
	const ended = cutOff?.by === "internal error" ? "internal-error" : "cancelled";
	return reasonOfTask(run) ?? reasonOfPower(run, ended) ?? reasonOfHealth(run, ended);
}
function reasonOfTask({ task, goal }) {
	switch (task.state) {
		case "pending":
		case "planned":
		case "running":
		case "succeeded": return;
		case "skipped":
			if (goal === "clean up") return void 0;
			return SKIPPED[task.why];
		case "requested": return "lost-answer";
		case "rejected":
		case "ambiguous":
		case "failed": return task.problem.reason;
		case "left running": switch (task.why) {
			case "not awaited": return;
			case "timed out": return "timeout";
			case "cancelled":
			case "job cancelled": return "cancelled";
			case "internal error": return "internal-error";
			case "unobservable": return task.problem.reason;
		}
	}
}
const SKIPPED = {
	"group failed": "group-failed",
	"out of time": "timeout",
	cancelled: "cancelled",
	"internal error": "internal-error"
};
function reasonOfPower(run, ended) {
	if (run.power.state === "start failed") return run.power.problem.reason;
	return mayBeDown$1(run) ? ended : void 0;
}
function reasonOfHealth({ health }, ended) {
	switch (health.state) {
		case "failed": return health.problem.reason;
		case "cut off": return ended;
		case "not checked":
		case "checking":
		case "passed": return;
	}
}
/** Why the operation is red: of several servers the reason of the worst; undefined where it is green. */
function overallReason(run) {
	if (isGreen(run)) return void 0;
	if (run.cutOff?.by === "internal error") return "internal-error";
	const worst = worstServer(run);
	const own = worst === void 0 ? void 0 : reasonOf$2(worst, run.cutOff);
	return run.problem?.reason ?? own ?? (run.cutOff === void 0 ? void 0 : "cancelled");
}

// src/present/outputs.ts
/** Every output, in the order of action.yml. */
const OUTPUTS = [
	{
		name: "snapshot-id",
		from: "change",
		value: listOf(({ id }) => id)
	},
	{
		name: "snapshot-name",
		from: "along",
		value: listOf(({ name }) => name)
	},
	{
		name: "server-id",
		from: "along",
		value: listOf((_, { id }) => id)
	},
	{
		name: "server-name",
		from: "along",
		value: listOf((_, { name }) => name)
	},
	{
		name: "created-at",
		from: "along",
		value: listOf(({ createdAt }) => createdAt ?? "")
	},
	{
		name: "size-mb",
		from: "along",
		value: sizes
	},
	{
		name: "status",
		from: "change",
		value: (run, isOver) => isOver ? finalStatus(run) : earlyStatus(run)
	},
	{
		name: "server-status",
		from: "end",
		value: serverStatuses
	},
	{
		name: "snapshots",
		from: "end",
		value: snapshotsJson
	},
	{
		name: "count",
		from: "end",
		value: count
	},
	{
		name: "deleted-snapshot-ids",
		from: "change",
		value: (run) => idsOf(deletedSnapshots(run))
	},
	{
		name: "safety-snapshot-id",
		from: "change",
		value: (run) => idsOf(safetySnapshots(run))
	},
	{
		name: "reason",
		from: "end",
		value: (run) => overallReason(run) ?? ""
	},
	{
		name: "duration-seconds",
		from: "end",
		value: ({ began }, now) => `${Math.round((now - began) / 1e3)}`
	}
];
const ROWS = OUTPUTS;
/** All outputs of an operation that has ended at `now`, in clock milliseconds. */
function finalOutputs(run, now) {
	return valuesOf((row) => row.from === "end" ? row.value(run, now) : row.value(run, true));
}
/** What can be published before the end: what exists, and what goes on. */
function earlyOutputs(run) {
	return valuesOf((row) => row.from === "end" ? void 0 : row.value(run, false));
}
function valuesOf(value) {
	return Object.fromEntries(ROWS.map((row) => [row.name, value(row)]));
}
/** What a change of the record has to publish at once, whatever comes then; undefined: nothing. */
function changedOutputs(before, after) {
	return ROWS.some((row) => row.from === "change" && row.value(after, false) !== row.value(before, false)) ? earlyOutputs(after) : void 0;
}
const SEPARATOR = ",";
/** A list of what exists, in the order of the servers; of nothing an empty one, once the operation is over. */
function listOf(value) {
	return (run, isOver) => {
		const values = run.servers.flatMap((each) => {
			const snapshot = snapshotOf(each);
			return snapshot === void 0 ? [] : [value(snapshot, each.server)];
		});
		if (values.length === 0 && (!isOver || run.operation === "list")) return void 0;
		return (values.length > 1 ? values.map((text) => text.replaceAll(SEPARATOR, " ")) : values).join(SEPARATOR);
	};
}
const sizeList = listOf(({ sizeMb }) => `${sizeMb ?? ""}`);
/** Empty where none is known. */
function sizes(run, isOver) {
	const list = sizeList(run, isOver);
	return list?.replaceAll(SEPARATOR, "") === "" ? "" : list;
}
function finalStatus(run) {
	return run.operation === "list" ? void 0 : overallStatus(run);
}
/** What goes on, or has just ended. */
function earlyStatus({ servers }) {
	const works = new Set(servers.flatMap(({ task }) => isUnderWay(task) ? [task.work] : []));
	if (works.has("restore")) return "restoring";
	return works.has("snapshot") ? "in_progress" : void 0;
}
function isUnderWay(task) {
	return task.state === "running" || task.state === "left running" || task.state === "succeeded";
}
/** They pair up with the other lists, which hold what exists; where nothing does, there is nothing to pair up with. */
function serverStatuses({ operation, servers, stopsServers }) {
	if (operation === "create" && !stopsServers) return void 0;
	const existing = servers.filter((server) => snapshotOf(server) !== void 0);
	const statuses = (existing.length > 0 ? existing : servers).map(({ server }) => server.status ?? "");
	return statuses.some((status) => status !== "") ? statuses.join(SEPARATOR) : void 0;
}
function idsOf(snapshots) {
	return snapshots.length === 0 ? void 0 : snapshots.map(({ id }) => id).join(SEPARATOR);
}
/** What `when-full`, `keep-last` or `delete-on` deleted. */
function deletedSnapshots({ servers }) {
	return servers.flatMap(({ deletions }) => deletions.filter(({ end }) => end === "deleted")).map(({ snapshot }) => snapshot);
}
/** What `safety-snapshot` made. */
function safetySnapshots({ servers }) {
	return servers.flatMap(({ safety }) => safety === void 0 ? [] : [safety.snapshot]);
}
function count({ operation, listed, servers, deletedUnlisted }) {
	if (operation === "list") return listed === void 0 ? void 0 : `${listed.length}`;
	if (operation !== "delete") return void 0;
	return `${servers.filter((server) => server.task.state === "succeeded" && isAccepted(server)).length + deletedUnlisted.length}`;
}
/** Ids as strings, whose each one is, and why where it went wrong. A list that could not be read is not an empty one. */
function snapshotsJson(run) {
	if (run.operation === "list" && run.listed === void 0) return void 0;
	const items = run.listed?.map((snapshot) => jsonOf(snapshot)) ?? run.servers.flatMap((server) => {
		const snapshot = snapshotOf(server);
		return snapshot === void 0 ? [] : [jsonOf(snapshot, server)];
	});
	return JSON.stringify(items);
}
function jsonOf(snapshot, server) {
	const marker = parseMarker(snapshot.description);
	const error = server === void 0 ? void 0 : whatWentWrong(server);
	return {
		id: snapshot.id,
		name: snapshot.name,
		status: server === void 0 ? snapshot.status : statusOf$1(server),
		size_mb: snapshot.sizeMb,
		created_at: snapshot.createdAt,
		description: snapshot.description,
		server: {
			id: snapshot.server.id,
			name: snapshot.server.name
		},
		made_by: marker === void 0 ? null : {
			workflow: marker.workflow,
			run_id: marker.run,
			attempt: marker.attempt,
			purpose: marker.purpose
		},
		...error === void 0 ? {} : { error: textOf$1(error) }
	};
}

// src/present/messages/titles.ts
/** The titles of annotations, and what the summary and the tables call things. */
const INVALID_INPUT = "VPS.org snapshot: invalid input";
const NOT_ROLLED_BACK = "Not rolled back";
const NOT_STARTED = "Server not started";
/** What a stage does, to be followed by how it ended. */
const NAMES = {
	create: "Snapshot",
	restore: "Restore",
	delete: "Delete",
	list: "List",
	wait: "Wait",
	post: "Rollback",
	deletion: "Deletion",
	endOfJob: "End of the job"
};
const ENDS$1 = {
	failed: "failed",
	cancelled: "cancelled",
	internalError: "ended by an internal error",
	goesOn: "still in progress",
	troubled: "completed with problems"
};
const DETAILS = {
	server: "Server",
	snapshot: "Snapshot",
	taken: "Taken",
	madeBy: "Made by",
	size: "Size",
	description: "Description",
	safety: "Safety snapshot",
	slots: "Slots",
	took: "Took",
	downtime: "Downtime",
	commit: "Commit",
	undoneCommit: "Undone commit",
	commitToUndo: "Commit to undo",
	startedBy: "Started by"
};
function slotsInUse(used, all) {
	return `${used} of ${all} in use`;
}
function deletedBy(by, server, snapshot) {
	return `Deleted by ${by} on ${server}: ${snapshot}`;
}
const RESULT_COLUMNS = [
	"Server",
	"Status",
	"Snapshot",
	"Age",
	"Details"
];
/** @param isOfSeveral whether the snapshots belong to several servers. Five columns fit a phone. */
function snapshotColumns(isOfSeveral) {
	return [
		"Snapshot",
		"Age",
		isOfSeveral ? "Server" : "Size",
		"Status",
		"Made by"
	];
}
const UNKNOWN = "unknown";
const IN_FUTURE = "in the future";
/** Who made a snapshot. */
const MANUAL = "manual";
const THIS_RUN = "this run";
const THIS_RUN_UNMARKED = "this run, without its marker";
function runOfThisWorkflow(run) {
	return `this workflow, run ${run}`;
}
function runOfOther(workflow, run) {
	return `${workflow}, run ${run}`;
}
/** Before who made it. A safety snapshot holds what was broken, and must not be taken for one from before a deploy. */
const PURPOSES = {
	deploy: "",
	safety: "safety snapshot, ",
	schedule: "scheduled, ",
	keep: "kept, "
};
const COPIED = {
	restore: "Restore step to copy",
	wait: "Wait step to copy",
	delete: "Delete step to copy"
};
/** Above a restore in a workflow. */
const OVERWRITES = "# Overwrites the server whenever it runs. In a deploy job, add the `if:` from docs/rollback.md.";

// src/present/messages/job-end.ts
/** Why a rollback was due, whatever became of it. */
function whyRollback(jobStatus) {
	return `Reason for the rollback: the job ${jobStatus === "cancelled" ? "was cancelled" : "failed"}.`;
}
const ROLLBACK_SKIPPED = {
	what: "Rollback skipped: the snapshot step did not succeed.",
	state: "Nothing was restored."
};
const JOB_STATUS_UNKNOWN = {
	what: "Nothing was restored or deleted: the runner did not say how the job ended.",
	state: "`job-status` is empty or unknown."
};
function nothingToDo(jobStatus) {
	return `Nothing to do at the end of the job (job status: ${jobStatus}).`;
}
function startedAgain(run) {
	return `${serverLabel(run)}, which was stopped for its snapshot, is running again.`;
}
function deletionEnded(by, end, snapshots) {
	switch (end) {
		case "deleted": return `\`${by}\` deleted ${ids(snapshots)}.`;
		case "stays": return `\`${by}\` could not delete ${ids(snapshots)}.`;
		case "unknown": return `It is unknown whether \`${by}\` deleted ${ids(snapshots)}.`;
	}
}
const RETENTION_UNREADABLE = "`keep-last` deleted nothing: the list of snapshots could not be read.";
const RETENTION_DELETED_NOTHING = "`keep-last` deleted nothing.";
function retentionOmitted(jobStatus) {
	return `\`keep-last\` deleted nothing, because the job ${jobStatus === "cancelled" ? "was cancelled" : "failed"}.`;
}
/** Each one that stays has a reason. */
function kept(items) {
	return `Kept: ${keptBecause(items)}.`;
}
function ids(snapshots) {
	return `${snapshots.length === 1 ? "snapshot" : "snapshots"} ${few(snapshots.map(({ id }) => id))}`;
}
function cutOffBeforeAnything(cut) {
	return {
		what: endedEarly(cut),
		state: NOTHING_CHANGED
	};
}
function endedEarly(cut, operation) {
	if (cut.by === "internal error") return `Internal error: ${cut.message}.`;
	return operation === "post" ? `The post step was cancelled (${cut.signal}).` : `Cancelled (${cut.signal}).`;
}
const DEFECT = "This is a bug in the action.";
const REPORT_IT = "Please open an issue with this log.";
function done(items) {
	return `Completed before the end: ${few(items, NAMED.detail)}.`;
}
function doneSnapshot(id, status) {
	return `snapshot ${id} (${status})`;
}
function doneSafety(id) {
	return `safety snapshot ${id}`;
}
function doneFreed(id) {
	return `snapshot ${id} (deleted to free a slot)`;
}
/** A deletion that a cancel cuts off is named as one of which the end is unknown. */
function cleanUpCutOff(namesSome) {
	return namesSome ? "No other snapshot was deleted." : "No snapshot was deleted.";
}
/** Who started a restore by hand. */
function startedBy(actor) {
	return `Started by ${actor}.`;
}

// src/present/messages/way-out.ts
/** Every sentence that says what to do next. */
function followStep(list, count, isRestore) {
	return `To ${isRestore ? `follow the ${count === 1 ? "restore, and start the server if it ends stopped" : "restores, and start servers that end stopped"}` : `wait for ${these(list, count)} to complete`}, run \`operation: wait\` with \`snapshot-id: ${list}\`.`;
}
function restoreStep(list, count) {
	return `To restore ${these(list, count)}, run \`operation: restore\` with \`snapshot-id: ${list}\`.`;
}
function deleteStep(list, count) {
	return `To delete ${these(list, count)}, run \`operation: delete\` with \`snapshot-id: ${list}\`.`;
}
function these(list, count) {
	return count === 1 ? `snapshot ${list}` : "these snapshots";
}
function listStep(server) {
	return server === "" ? "To see what exists, run `operation: list`." : `To see what exists, run \`operation: list\` with \`server-id: ${server}\`.`;
}
/** Where the runner did not say how the job ended. */
const IF_DEPLOY_FAILED = "If the deploy failed, restore the server by hand.";
function checkServers(list) {
	return `Check ${list} in the VPS.org panel.`;
}
function checkApplications(list, isRestored) {
	return `Check the application on ${list}.${isRestored ? " If the snapshot itself is bad, restore an older one." : ""}`;
}
/** @param list the IDs of what was planned, so that `latest` cannot become another one; empty for a create */
function doIt(list) {
	return `To do it, run this again with ${list === "" ? "" : `\`snapshot-id: ${list}\` and `}\`dry-run: false\`.`;
}
/** @param triesAgain whether the end of the job starts it */
function startServers(list, count, triesAgain) {
	const start = `Start ${list} in the VPS.org panel if ${count === 1 ? "it is" : "they are"} stopped`;
	return triesAgain ? `${start}; the action tries once more at the end of the job.` : `${start}.`;
}
/**
* @param before the sentences that say what is to be done first
* @param isApart whether the last of them does not end with what a person does
*/
function reRun(before, isApart) {
	if (before.length === 0) return "Re-run the job.";
	const text = before.join(" ");
	return isApart ? `${text} Then re-run the job.` : `${text.slice(0, -1)}, then re-run the job.`;
}

// src/present/next-steps.ts
const SHOWN = 3;
/** What a person can do next, most urgent first, as data. */
function nextStepsOf(run) {
	if (run.cutOff?.by === "internal error") return [advice(REPORT_IT), ...run.servers.flatMap((server) => stepsOfTask(run, server))];
	const own = run.problem?.next ?? [];
	if (run.servers.length > 0 && run.servers.every(({ task }) => task.state === "planned")) return [advice(doIt(plannedIds(run)))];
	if (run.rollback === "job status unknown") return [...own, ...stepsOfUnknownEnd(run)];
	const acting = run.servers.filter((server) => !isSkippedWithGroup(server));
	const ofServers = (acting.length === 0 ? run.servers : acting).flatMap((server) => stepsOfServer(run, server));
	const steps = [...own, ...ofServers];
	return steps.length === 0 && run.cutOff !== void 0 && run.operation !== "post" ? [{ kind: "re-run" }] : steps;
}
function plannedIds({ operation, servers }) {
	if (operation === "create") return "";
	const ids = servers.flatMap((server) => snapshotOf(server)?.id ?? []);
	return few(ids, NAMED.copy, ",");
}
/** Nobody but a person knows whether the deploy failed. A server that may be down is to be started in any case. */
function stepsOfUnknownEnd(run) {
	const restores = run.servers.flatMap(({ target }) => target !== void 0 && isCompleted(target) ? [{
		kind: "restore",
		snapshot: target.id
	}] : []);
	return [
		...run.servers.flatMap((server) => stepsOfServer(run, server)),
		...restores.length === 0 ? [] : [advice(IF_DEPLOY_FAILED)],
		...restores
	];
}
function stepsOfServer(run, server) {
	return [
		...stepsOfTask(run, server),
		...problemsOf(server).flatMap(({ next }) => next),
		...stepsOfCutOff(run, server)
	];
}
/** What a cancel cut off after the task: to run all of it again would be no way out, a restore least of all. */
function stepsOfCutOff({ operation }, server) {
	if (server.health.state === "cut off") return [checkApplication(server, false)];
	return mayBeDown$1(server) && server.power.state !== "start failed" && operation !== "create" ? [startServer(server)] : [];
}
function stepsOfTask(run, server) {
	const { task, goal } = server;
	const id = snapshotOf(server)?.id;
	switch (task.state) {
		case "left running":
			if (task.why === "unobservable") return [];
			if (task.work === "deletion") return task.why === "not awaited" ? [] : [{
				kind: "list",
				server: server.server.id
			}];
			return [{
				kind: "follow",
				snapshot: task.snapshot.id,
				isRestore: task.work === "restore"
			}];
		case "requested": return [{
			kind: "list",
			server: server.server.id
		}];
		case "skipped": return stepsOfSkipped(goal, id);
		case "rejected": return run.operation === "post" && goal === "restore" && id !== void 0 && task.problem.reason !== "not-found" && !tellsOfRestore(task.problem.next) ? [{
			kind: "restore",
			snapshot: id
		}] : [];
		case "succeeded": return wasNeverSeen(server) && server.health.state === "not checked" ? [checkApplication(server, false)] : [];
		case "pending":
		case "planned":
		case "ambiguous":
		case "running":
		case "failed": return [];
	}
}
/** To run all of it again would restore once more what has been restored. */
function stepsOfSkipped(goal, id) {
	const all = { kind: "re-run" };
	switch (goal) {
		case "clean up": return [];
		case "create": return [all];
		case "restore":
		case "delete": return [id === void 0 ? all : {
			kind: goal,
			snapshot: id
		}];
		case "wait": return [id === void 0 ? all : {
			kind: "follow",
			snapshot: id,
			isRestore: false
		}];
	}
}
function tellsOfRestore(steps) {
	return steps.some(({ kind }) => kind === "follow" || kind === "restore");
}
/** The way out of a stage as sentences; undefined where none is needed. */
function renderNextSteps(run) {
	return renderSteps(nextStepsOf(run), run.operation === "create");
}
/**
* Some next steps as sentences, each once; those that differ only in what they are about become one for all.
* @param triesAgain whether the end of the job starts a stopped server
*/
function renderSteps(steps, triesAgain = false) {
	const isActing = steps.some(({ kind }) => kind !== "advice" && kind !== "try again");
	const started = steps.flatMap((step) => step.kind === "start server" ? [step.server] : []);
	const inOrder = steps.filter(({ kind }) => !isActing || kind !== "try again").filter((step) => step.kind !== "check server" || !started.includes(step.server)).toSorted((a, b) => urgency(a) - urgency(b));
	const merged = merge(inOrder.filter((step) => step.kind !== "re-run"));
	const texts = [...new Set(merged.map((step) => render(step, triesAgain)))].slice(0, SHOWN);
	if (inOrder.at(-1)?.kind === "re-run") return reRun(texts, merged.at(-1)?.step.kind === "start server");
	return texts.length === 0 ? void 0 : texts.join(" ");
}
/** A server that is down comes first; to run the job again, or to try again, comes after all else. */
function urgency({ kind }) {
	if (kind === "start server") return 0;
	return kind === "re-run" || kind === "try again" ? 2 : 1;
}
function merge(steps) {
	const byKind = /* @__PURE__ */ new Map();
	for (const step of steps) {
		const key = keyOf(step);
		const merged = byKind.get(key) ?? {
			step,
			subjects: /* @__PURE__ */ new Set()
		};
		merged.subjects.add(subjectOf(step));
		byKind.set(key, merged);
	}
	return [...byKind.values()];
}
function keyOf(step) {
	if (step.kind === "advice" || step.kind === "try again") return `${step.kind} ${step.text}`;
	if (step.kind === "check application") return `${step.kind} ${step.isRestored}`;
	return step.kind === "follow" ? `follow ${step.isRestore}` : step.kind;
}
function subjectOf(step) {
	switch (step.kind) {
		case "follow":
		case "restore":
		case "delete": return step.snapshot;
		case "list": return step.server ?? "";
		case "check server":
		case "start server":
		case "check application": return step.server;
		case "try again":
		case "advice": return "";
	}
}
function render({ step, subjects }, triesAgain) {
	const ids = few([...subjects], NAMED.copy, ",");
	const servers = few([...subjects], NAMED.choice);
	switch (step.kind) {
		case "follow": return followStep(ids, subjects.size, step.isRestore);
		case "restore": return restoreStep(ids, subjects.size);
		case "delete": return deleteStep(ids, subjects.size);
		case "list": return listStep(ids);
		case "check server": return checkServers(servers);
		case "start server": return startServers(servers, subjects.size, triesAgain);
		case "check application": return checkApplications(servers, step.isRestored);
		case "try again":
		case "advice": return step.text;
	}
}

// src/present/steps-to-copy.ts
/** The file that the README tells to save: the form by hand. */
const FORM = "vps-snapshots.yml";
/** The steps that a person may need next, ready to paste, each with the line that starts the form by hand. */
function stepsToCopy(run, origin) {
	const steps = [];
	for (const operation of [
		"wait",
		"delete",
		"restore"
	]) {
		const subjects = SUBJECTS[operation](run);
		if (subjects.length > 0) steps.push({
			operation,
			...stepFor(operation, subjects, origin)
		});
	}
	return steps;
}
/**
* The lines of the steps that carry out what to do next; none for a green stage, unless only a person can know whether a
* rollback is due. One that overwrites a server is among them only where that is what to do next, or was asked for.
*/
function commandsFor(run, origin) {
	if (isGreen(run) && run.rollback !== "job status unknown") return [];
	const isRestoreNext = run.operation === "restore" || run.operation === "post" || nextStepsOf(run).some(({ kind }) => kind === "restore");
	return stepsToCopy(run, origin).filter(({ operation }) => operation !== "restore" || isRestoreNext).map(({ command }) => command);
}
const SUBJECTS = {
	restore: restorable,
	wait: (run) => fromSteps(run, "follow"),
	delete: (run) => fromSteps(run, "delete")
};
/** After a create what it made; after a restore that failed the newest that could be restored instead. */
function restorable(run) {
	if (run.operation === "create") return run.servers.flatMap(made);
	if (run.rollback === "job status unknown") return fromSteps(run, "restore");
	if (run.operation !== "restore" && run.operation !== "post") return [];
	return run.servers.flatMap((server) => isGood(server) ? [] : instead(server));
}
function made(server) {
	const snapshot = snapshotOf(server);
	if (snapshot === void 0 || statusOf$1(server) !== "completed") return [];
	return [{
		server: server.server.id,
		snapshot: snapshot.id
	}];
}
/** Why a snapshot is never the one to restore, whatever is done about it. */
const UNFIT = [
	"too-old",
	"not-completed",
	"not-found"
];
function instead(server) {
	const { task } = server;
	if (task.state !== "rejected" && task.state !== "failed" && task.state !== "skipped") return [];
	const problems = problemsOf(server);
	if (problems.some(({ next }) => next.some((step) => step.kind === "follow" && step.isRestore))) return [];
	if (problems.some(({ next }) => next.some(({ kind }) => kind === "delete"))) return [];
	const [candidate] = problems.flatMap((problem) => problem.candidates ?? []);
	const isUnfit = task.state === "rejected" && UNFIT.includes(task.problem.reason);
	const hasOther = task.state === "failed" && candidate !== void 0;
	const snapshot = isUnfit || hasOther ? candidate : snapshotOf(server);
	return snapshot === void 0 ? [] : [{
		server: server.server.id,
		snapshot: snapshot.id
	}];
}
function fromSteps(run, kind) {
	return nextStepsOf(run).flatMap((step) => {
		if (step.kind !== kind) return [];
		const server = run.servers.find((candidate) => concerns(candidate, step.snapshot)) ?? run.servers[0];
		return server === void 0 ? [] : [{
			server: server.server.id,
			snapshot: step.snapshot
		}];
	});
}
/** Whether a server holds a snapshot, or is where the step came from: as a guard another server would refuse it. */
function concerns(server, id) {
	const steps = problemsOf(server).flatMap(({ next }) => next);
	return snapshotOf(server)?.id === id || steps.some((step) => "snapshot" in step && step.snapshot === id);
}
function stepFor(operation, subjects, { action }) {
	const servers = [...new Set(subjects.map(({ server }) => server))].join(",");
	const snapshots = [...new Set(subjects.map(({ snapshot }) => snapshot))].join(",");
	return {
		title: COPIED[operation],
		yaml: [
			...operation === "restore" ? [OVERWRITES] : [],
			`- uses: ${action}`,
			"  with:",
			`    operation: ${operation}`,
			"    api-token: ${{ secrets.VPS_API_TOKEN }}",
			`    server-id: ${servers}`,
			`    snapshot-id: ${snapshots}`
		].join("\n"),
		command: `gh workflow run ${FORM} -f operation=${operation} -f server-id=${servers} -f snapshot-id=${snapshots}${operation === "wait" ? "" : " -f dry-run=false"}`
	};
}

// src/run/apply.ts
/**
* The record after an event. The only place where a server's record changes; pure.
* @param at when it happened, in clock milliseconds
*/
function apply(run, event, at) {
	switch (event.type) {
		case "server read": {
			const { name, status } = event.server;
			return withStatus({
				...run,
				server: {
					...run.server,
					name: name || run.server.name
				}
			}, status, at);
		}
		case "status seen": return withStatus(run, event.status, at);
		case "server unreadable": return {
			...run,
			server: {
				...run.server,
				readAt: at
			}
		};
		case "slots counted": return {
			...run,
			slots: event.used
		};
		case "began": return {
			...run,
			began: run.began ?? at
		};
		case "deletion ended": return {
			...run,
			task: settled(run.task),
			deletions: [...run.deletions, event.deletion]
		};
		case "kept": return {
			...run,
			kept: event.kept
		};
		case "safety snapshot accepted": return {
			...run,
			task: settled(run.task),
			safety: {
				snapshot: event.snapshot,
				state: "running",
				since: at
			}
		};
		case "safety snapshot ended": return afterSafety(run, event.state, at);
		case "stop requested":
		case "stopped":
		case "stop failed":
		case "start requested":
		case "started":
		case "left stopped":
		case "start failed": return afterPower(run, event, at);
		case "health check began": return {
			...run,
			health: {
				state: "checking",
				since: at
			}
		};
		case "health check passed": return afterHealth(run, { state: "passed" }, at);
		case "health check failed": return afterHealth(run, {
			state: "failed",
			problem: event.problem
		}, at);
		case "cancelled": return cutOff(run, "cancelled", at);
		case "abandoned": return cutOff(run, "internal error", at);
		default: return afterTask(run, event, at);
	}
}
function withStatus(run, status, at) {
	const { server } = run;
	const statusSince = server.status === status ? server.statusSince : at;
	return {
		...run,
		server: {
			...server,
			status,
			statusSince,
			readAt: at
		}
	};
}
function afterTask(run, event, at) {
	const task = taskAfter(run, event, at);
	const isOver = event.type === "succeeded" || event.type === "left running" || event.type === "failed";
	const phases = isOver ? withTaskPhase(run, task, at) : run.phases;
	const ended = isOver && run.began !== void 0 ? at : run.ended;
	return {
		...run,
		server: serverAfter(run, event),
		task,
		phases,
		ended,
		slots: slotsAfter(run, event)
	};
}
function taskAfter(run, event, at) {
	const { task } = run;
	switch (event.type) {
		case "planned": return {
			state: "planned",
			steps: event.steps
		};
		case "skipped": return {
			state: "skipped",
			why: event.why
		};
		case "request sent": {
			const { type, ...request } = event;
			return {
				...request,
				state: "requested",
				before: settled(task)
			};
		}
		case "request refused": return settled(task);
		case "accepted": {
			const { type, ...accepted } = event;
			return {
				...accepted,
				state: "running",
				since: at
			};
		}
		case "succeeded": return succeeded(task, event, at);
		case "left running": {
			const { type, ...because } = event;
			return task.state === "running" ? {
				...task,
				...because,
				state: type,
				at
			} : task;
		}
		case "failed": return failedTask(run, event);
	}
}
/** What was never accepted by us can end well all the same: somebody else had deleted it. */
function succeeded(task, event, at) {
	const from = task.state === "running" ? task : void 0;
	const snapshot = event.snapshot ?? from?.snapshot;
	if (snapshot === void 0) return task;
	const { work, since } = from ?? {
		work: "deletion",
		since: at
	};
	return {
		state: "succeeded",
		work,
		snapshot,
		since,
		at,
		how: event.how ?? "seen"
	};
}
function failedTask(run, event) {
	const { task } = run;
	const { problem } = event;
	if (problem.done === "unknown") return {
		state: "ambiguous",
		problem
	};
	if (task.state !== "running") return {
		state: "rejected",
		problem
	};
	const snapshot = event.snapshot === "gone" ? void 0 : event.snapshot ?? snapshotOf(run);
	return {
		state: "failed",
		work: task.work,
		snapshot,
		problem
	};
}
/** The answer to a create names its server, which the token may not be able to read. */
function serverAfter({ goal, server }, event) {
	if (event.type !== "accepted" || goal !== "create") return server;
	return {
		...server,
		name: event.snapshot.server.name || server.name
	};
}
/** An accepted create takes a slot, where slots were counted. */
function slotsAfter(run, event) {
	return event.type === "accepted" && event.work === "snapshot" && run.goal === "create" && run.slots !== void 0 ? run.slots + 1 : run.slots;
}
function withTaskPhase(run, task, at) {
	const before = run.task;
	if (before.state !== "running" || before.work !== "snapshot" && before.work !== "restore") return run.phases;
	if (task.state === "left running" && task.why === "not awaited") return run.phases;
	return [...run.phases, phase(before.work, before.since, at, task.state !== "succeeded")];
}
function phase(kind, from, to, failed) {
	return {
		kind,
		from,
		to,
		failed
	};
}
function afterPower(run, event, at) {
	const task = event.type === "stop failed" ? {
		state: "rejected",
		problem: event.problem
	} : run.task;
	const ended = event.type === "stop requested" || event.type === "start requested" || run.ended === void 0 ? run.ended : at;
	return {
		...run,
		task,
		ended,
		power: powerAfter(run.power, event, at),
		phases: withPowerPhase(run, event, at)
	};
}
function powerAfter(power, event, at) {
	switch (event.type) {
		case "stop requested":
		case "start requested": return {
			state: event.type,
			since: at
		};
		case "stopped":
		case "started":
		case "left stopped": return { state: event.type };
		case "stop failed": return power;
		case "start failed": return {
			state: "start failed",
			problem: event.problem
		};
	}
}
/** A start that was never asked for, since the server was found running, has no phase. */
function withPowerPhase({ power, phases }, event, at) {
	if (power.state === "stop requested" && (event.type === "stopped" || event.type === "stop failed")) return [...phases, phase("stop", power.since, at, event.type === "stop failed")];
	if (power.state === "start requested" && (event.type === "started" || event.type === "start failed")) return [...phases, phase("start", power.since, at, event.type === "start failed")];
	return phases;
}
function afterHealth(run, health, at) {
	const from = run.health.state === "checking" ? run.health.since : at;
	const phases = [...run.phases, phase("health check", from, at, health.state === "failed")];
	return {
		...run,
		health,
		phases,
		ended: at
	};
}
function afterSafety(run, state, at) {
	if (run.safety === void 0) return run;
	const phases = [...run.phases, phase("safety snapshot", run.safety.since, at, state !== "completed")];
	return {
		...run,
		safety: {
			...run.safety,
			state
		},
		phases
	};
}
/** What a cancel, or a mistake of this action, makes of a record: no operation has to prepare for it. */
function cutOff(run, by, at) {
	const health = run.health.state === "checking" ? { state: "cut off" } : run.health;
	return {
		...run,
		health,
		task: cutOffTask(run.task, by, at),
		deletions: deletionsAfter(run)
	};
}
/** Whether a snapshot that was to make room is still there, nobody knows until the request for it is answered. */
function deletionsAfter({ task, deletions }) {
	if (task.state !== "requested" || task.toDelete === void 0) return deletions;
	return [...deletions, {
		snapshot: task.toDelete,
		by: "when-full",
		end: "unknown"
	}];
}
function cutOffTask(task, by, at) {
	switch (task.state) {
		case "pending": return {
			state: "skipped",
			why: by
		};
		case "running": return {
			...task,
			state: "left running",
			why: by,
			at
		};
		case "requested":
		case "planned":
		case "skipped":
		case "rejected":
		case "ambiguous":
		case "left running":
		case "succeeded":
		case "failed": return task;
	}
}
function settled(task) {
	return task.state === "requested" ? task.before : task;
}

// src/run/operation-run.ts
/** The record of an operation that begins at `now`, in clock milliseconds. */
function newOperationRun(facts, now) {
	return {
		stopsServers: false,
		...facts,
		began: now,
		servers: [],
		absent: [],
		deletedUnlisted: [],
		listed: void 0,
		unclear: {
			ownerless: [],
			unreadable: 0
		},
		asked: [],
		problem: void 0,
		armed: void 0,
		stateLost: void 0,
		rollback: "not due",
		retention: "not asked",
		cutOff: void 0
	};
}
const CUT_OFF = {
	cancel: "cancelled",
	"internal error": "abandoned"
};
/** The record of the whole after an event. Pure. */
function applyToAll(run, event, at) {
	switch (event.type) {
		case "servers found": return {
			...run,
			servers: event.servers
		};
		case "absent": return {
			...run,
			absent: event.ids,
			deletedUnlisted: event.deleted
		};
		case "listed": return {
			...run,
			listed: event.snapshots,
			asked: event.asked,
			unclear: event.unclear
		};
		case "failed": return {
			...run,
			problem: run.problem === void 0 ? event.problem : bothOf(run.problem, event.problem)
		};
		case "armed": return {
			...run,
			armed: event.armed
		};
		case "state lost": return {
			...run,
			stateLost: run.stateLost ?? event.why
		};
		case "rollback": return {
			...run,
			rollback: event.rollback
		};
		case "retention": return {
			...run,
			retention: event.retention
		};
		case "cut off": return {
			...run,
			cutOff: event.cutOff,
			servers: run.servers.map((server) => apply(server, { type: CUT_OFF[event.cutOff.by] }, at))
		};
	}
}
/** The record of the whole after something happened to one of its servers. Pure. */
function applyToServer(run, index, event, at) {
	return {
		...run,
		servers: run.servers.map((server, place) => place === index ? apply(server, event, at) : server)
	};
}
/** Every problem of the operation, that of the whole first. */
function allProblems(run) {
	const own = run.servers.flatMap(problemsOf);
	return run.problem === void 0 ? own : [run.problem, ...own];
}

// src/run/context.ts
/**
* Now by the API's clock, in milliseconds since the epoch: what it dated is compared with that. By the `Date` header of
* its answers; by our own clock while none was seen.
*/
function apiNow({ api, clock }) {
	return clock.now() + (api.clockOffsetMs() ?? 0);
}
/** Whether something has not been said yet; it counts as said from then on. */
function isNews({ said }, key) {
	const isNew = !said.has(key);
	said.add(key);
	return isNew;
}

// src/run/recorder.ts
/**
* Keeps the record of `begin`; whatever happens goes through here.
* @param publish saves what the post step needs, and publishes ids
*/
function createRecorder(ctx, begin, publish = () => void 0) {
	const { clock } = ctx;
	let run = begin;
	let tracks = [];
	const change = (next) => {
		const before = run;
		run = next;
		ctx.observe?.(before, next);
		publish(before, next);
	};
	const trackOf = (initial, index) => ({
		get run() {
			return run.servers[index] ?? initial;
		},
		record: (event) => {
			const dated = event.type === "accepted" ? {
				...event,
				apiTime: apiNow(ctx)
			} : event;
			change(applyToServer(run, index, dated, clock.now()));
		}
	});
	return {
		get run() {
			return run;
		},
		get tracks() {
			return tracks;
		},
		record: (event) => {
			change(applyToAll(run, event, clock.now()));
			if (event.type === "servers found") tracks = event.servers.map(trackOf);
		}
	};
}

// node_modules/valibot/dist/index.mjs
let store$4;
const DEFAULT_CONFIG = {
	lang: void 0,
	message: void 0,
	abortEarly: void 0,
	abortPipeEarly: void 0
};
/**
* Returns the global configuration.
*
* @param config The config to merge.
*
* @returns The configuration.
*/
/* @__NO_SIDE_EFFECTS__ */
function getGlobalConfig(config$1) {
	if (!config$1 && !store$4) return DEFAULT_CONFIG;
	return {
		lang: config$1?.lang ?? store$4?.lang,
		message: config$1?.message,
		abortEarly: config$1?.abortEarly ?? store$4?.abortEarly,
		abortPipeEarly: config$1?.abortPipeEarly ?? store$4?.abortPipeEarly
	};
}
let store$3;
/**
* Returns a global error message.
*
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getGlobalMessage(lang) {
	return store$3?.get(lang);
}
let store$2;
/**
* Returns a schema error message.
*
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getSchemaMessage(lang) {
	return store$2?.get(lang);
}
let store$1;
/**
* Returns a specific error message.
*
* @param reference The identifier reference.
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getSpecificMessage(reference, lang) {
	return store$1?.get(reference)?.get(lang);
}
/**
* Stringifies an unknown input to a literal or type string.
*
* @param input The unknown input.
*
* @returns A literal or type string.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _stringify(input) {
	const type = typeof input;
	if (type === "string") return `"${input}"`;
	if (type === "number" || type === "bigint" || type === "boolean") return `${input}`;
	if (type === "object" || type === "function") return (input && Object.getPrototypeOf(input)?.constructor?.name) ?? "null";
	return type;
}
/**
* Adds an issue to the dataset.
*
* @param context The issue context.
* @param label The issue label.
* @param dataset The input dataset.
* @param config The configuration.
* @param other The optional props.
*
* @internal
*/
function _addIssue(context, label, dataset, config$1, other) {
	const input = other && "input" in other ? other.input : dataset.value;
	const expected = other?.expected ?? context.expects ?? null;
	const received = other?.received ?? /* @__PURE__ */ _stringify(input);
	const issue = {
		kind: context.kind,
		type: context.type,
		input,
		expected,
		received,
		message: `Invalid ${label}: ${expected ? `Expected ${expected} but r` : "R"}eceived ${received}`,
		requirement: context.requirement,
		path: other?.path,
		issues: other?.issues,
		lang: config$1.lang,
		abortEarly: config$1.abortEarly,
		abortPipeEarly: config$1.abortPipeEarly
	};
	const isSchema = context.kind === "schema";
	const message$1 = other?.message ?? context.message ?? /* @__PURE__ */ getSpecificMessage(context.reference, issue.lang) ?? (isSchema ? /* @__PURE__ */ getSchemaMessage(issue.lang) : null) ?? config$1.message ?? /* @__PURE__ */ getGlobalMessage(issue.lang);
	if (message$1 !== void 0) issue.message = typeof message$1 === "function" ? message$1(issue) : message$1;
	if (isSchema) dataset.typed = false;
	if (dataset.issues) dataset.issues.push(issue);
	else dataset.issues = [issue];
}
/**
* Compares two values using the SameValueZero algorithm, which treats `NaN`
* as equal to itself unlike `===`.
*
* @param value1 The first value.
* @param value2 The second value.
*
* @returns Whether the values are equal.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isSameValueZero(value1, value2) {
	return value1 === value2 || Number.isNaN(value1) && Number.isNaN(value2);
}
/**
* Disallows inherited object properties and prevents object prototype
* pollution by disallowing certain keys.
*
* @param object The object to check.
* @param key The key to check.
*
* @returns Whether the key is allowed.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isValidObjectKey(object$1, key) {
	return Object.prototype.hasOwnProperty.call(object$1, key) && key !== "__proto__" && key !== "prototype" && key !== "constructor";
}
/**
* Joins multiple `expects` values with the given separator.
*
* @param values The `expects` values.
* @param separator The separator.
*
* @returns The joined `expects` property.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _joinExpects(values$1, separator) {
	const list = [...new Set(values$1)];
	if (list.length > 1) return `(${list.join(` ${separator} `)})`;
	return list[0] ?? "never";
}
/**
* Eagerly creates and attaches the Standard Schema properties of a schema.
*
* Hint: The contextual `this` type includes the standard properties that are
* attached before the schema is returned.
*
* @param schema The schema to attach standard properties to.
*
* @returns The schema with standard properties attached.
*
* @internal
*/
function _standardSchema(schema) {
	schema["~standard"] = {
		version: 1,
		vendor: "valibot",
		validate: (value$1) => schema["~run"]({ value: value$1 }, /* @__PURE__ */ getGlobalConfig())
	};
	return schema;
}
/**
* A Valibot error with useful information.
*/
var ValiError = class extends Error {
	/**
	* Creates a Valibot error with useful information.
	*
	* @param issues The error issues.
	*/
	constructor(issues) {
		super(issues[0].message);
		this.name = "ValiError";
		this.issues = issues;
	}
};
/* @__NO_SIDE_EFFECTS__ */
function readonly() {
	return {
		kind: "transformation",
		type: "readonly",
		reference: readonly,
		async: false,
		"~run"(dataset) {
			return dataset;
		}
	};
}
/**
* Creates a custom transformation action.
*
* @param operation The transformation operation.
*
* @returns A transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function transform(operation) {
	return {
		kind: "transformation",
		type: "transform",
		reference: transform,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = this.operation(dataset.value);
			return dataset;
		}
	};
}
const ABORT_EARLY_CONFIG = { abortEarly: true };
/**
* Returns the fallback value of the schema.
*
* @param schema The schema to get it from.
* @param dataset The output dataset if available.
* @param config The config if available.
*
* @returns The fallback value.
*/
/* @__NO_SIDE_EFFECTS__ */
function getFallback(schema, dataset, config$1) {
	return typeof schema.fallback === "function" ? schema.fallback(dataset, config$1) : schema.fallback;
}
/**
* Returns the default value of the schema.
*
* @param schema The schema to get it from.
* @param dataset The input dataset if available.
* @param config The config if available.
*
* @returns The default value.
*/
/* @__NO_SIDE_EFFECTS__ */
function getDefault(schema, dataset, config$1) {
	return typeof schema.default === "function" ? schema.default(dataset, config$1) : schema.default;
}
/**
* Checks if the input matches the schema. By using a type predicate, this
* function can be used as a type guard.
*
* @param schema The schema to be used.
* @param input The input to be tested.
*
* @returns Whether the input matches the schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function is(schema, input) {
	return !schema["~run"]({ value: input }, ABORT_EARLY_CONFIG).issues;
}
/* @__NO_SIDE_EFFECTS__ */
function array(item, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "array",
		reference: array,
		expects: "Array",
		async: false,
		item,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < input.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.item["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function boolean(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "boolean",
		reference: boolean,
		expects: "boolean",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "boolean") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function custom(check$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "custom",
		reference: custom,
		expects: "unknown",
		async: false,
		check: check$1,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.check(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function instance(class_, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "instance",
		reference: instance,
		expects: class_.name,
		async: false,
		class: class_,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof this.class) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function literal(literal_, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "literal",
		reference: literal,
		expects: /* @__PURE__ */ _stringify(literal_),
		async: false,
		literal: literal_,
		message: message$1,
		"~run"(dataset, config$1) {
			if (/* @__PURE__ */ _isSameValueZero(dataset.value, this.literal)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function nullable(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullable",
		reference: nullable,
		expects: `(${wrapped.expects} | null)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === null) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function number(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "number",
		reference: number,
		expects: "number",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "number" && !isNaN(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function object(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object",
		reference: object,
		expects: "Object",
		async: false,
		entries: entries$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function optional(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "optional",
		reference: optional,
		expects: `(${wrapped.expects} | undefined)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function picklist(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "picklist",
		reference: picklist,
		expects: /* @__PURE__ */ _joinExpects(options.map(_stringify), "|"),
		async: false,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.options.includes(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function record(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "record",
		reference: record,
		expects: "Object",
		async: false,
		key,
		value: value$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const entryKey in input) if (/* @__PURE__ */ _isValidObjectKey(input, entryKey)) {
					const entryValue = input[entryKey];
					const keyDataset = this.key["~run"]({ value: entryKey }, config$1);
					if (keyDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "key",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of keyDataset.issues) {
							issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					const valueDataset = this.value["~run"]({ value: entryValue }, config$1);
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					if (keyDataset.typed) dataset.value[keyDataset.value] = valueDataset.value;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function string(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "string",
		reference: string,
		expects: "string",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "string") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/**
* Creates a unknown schema.
*
* @returns A unknown schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function unknown() {
	return _standardSchema({
		kind: "schema",
		type: "unknown",
		reference: unknown,
		expects: "unknown",
		async: false,
		"~run"(dataset) {
			dataset.typed = true;
			return dataset;
		}
	});
}
/* @__NO_SIDE_EFFECTS__ */
function variant(key, options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "variant",
		reference: variant,
		expects: "Object",
		async: false,
		key,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				let outputDataset;
				let maxDiscriminatorPriority = 0;
				let invalidDiscriminatorKey = this.key;
				let expectedDiscriminators = [];
				const parseOptions = (variant$1, allKeys) => {
					for (const schema of variant$1.options) {
						if (schema.type === "variant") parseOptions(schema, new Set(allKeys).add(schema.key));
						else {
							let keysAreValid = true;
							let currentPriority = 0;
							for (const currentKey of allKeys) {
								const discriminatorSchema = schema.entries[currentKey];
								if (currentKey in input ? discriminatorSchema["~run"]({
									typed: false,
									value: input[currentKey]
								}, ABORT_EARLY_CONFIG).issues : discriminatorSchema.type !== "exact_optional" && discriminatorSchema.type !== "optional" && discriminatorSchema.type !== "nullish") {
									keysAreValid = false;
									if (invalidDiscriminatorKey !== currentKey && (maxDiscriminatorPriority < currentPriority || maxDiscriminatorPriority === currentPriority && currentKey in input && !(invalidDiscriminatorKey in input))) {
										maxDiscriminatorPriority = currentPriority;
										invalidDiscriminatorKey = currentKey;
										expectedDiscriminators = [];
									}
									if (invalidDiscriminatorKey === currentKey) expectedDiscriminators.push(schema.entries[currentKey].expects);
									break;
								}
								currentPriority++;
							}
							if (keysAreValid) {
								const optionDataset = schema["~run"]({ value: input }, config$1);
								if (!outputDataset || !outputDataset.typed && optionDataset.typed) outputDataset = optionDataset;
							}
						}
						if (outputDataset && !outputDataset.issues) break;
					}
				};
				parseOptions(this, /* @__PURE__ */ new Set([this.key]));
				if (outputDataset) return outputDataset;
				_addIssue(this, "type", dataset, config$1, {
					input: input[invalidDiscriminatorKey],
					expected: /* @__PURE__ */ _joinExpects(expectedDiscriminators, "|"),
					path: [{
						type: "object",
						origin: "value",
						input,
						key: invalidDiscriminatorKey,
						value: input[invalidDiscriminatorKey]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parsed input.
*/
function parse(schema, input, config$1) {
	const dataset = schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	if (dataset.issues) throw new ValiError(dataset.issues);
	return dataset.value;
}
/* @__NO_SIDE_EFFECTS__ */
function pipe(...pipe$1) {
	return _standardSchema({
		...pipe$1[0],
		pipe: pipe$1,
		"~run"(dataset, config$1) {
			for (const item of pipe$1) if (item.kind !== "metadata") {
				if (dataset.issues && (item.kind === "schema" || item.kind === "transformation")) {
					dataset.typed = false;
					break;
				}
				if (!dataset.issues || !config$1.abortEarly && !config$1.abortPipeEarly) dataset = item["~run"](dataset, config$1);
			}
			return dataset;
		}
	});
}
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parse result.
*/
/* @__NO_SIDE_EFFECTS__ */
function safeParse(schema, input, config$1) {
	const dataset = schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	return {
		typed: dataset.typed,
		success: !dataset.issues,
		output: dataset.value,
		issues: dataset.issues
	};
}

// src/run/saved-plan.ts
const jobEnds = pipe(array(picklist([
	"success",
	"failure",
	"cancelled"
])), readonly());
const url = pipe(string(), transform((text) => new URL(text)));
/** What of a request the post stage needs, the token included: it may not see the inputs again. */
const planSchema = object({
	operation: picklist(["create", "wait"]),
	apiToken: string(),
	apiUrl: url,
	notifyUrl: optional(url),
	notifyOn: pipe(array(picklist([
		"rollback",
		"failure",
		"success"
	])), readonly()),
	githubToken: optional(string()),
	summary: boolean(),
	maxParallel: number(),
	fixedIntervalMs: optional(number()),
	acceleratedClock: boolean(),
	restoreOn: jobEnds,
	deleteOn: jobEnds,
	keepLast: optional(number()),
	whenFull: picklist(["fail", "delete-oldest"]),
	restoreTimeoutMs: number(),
	startAfterRestore: boolean(),
	health: object({
		timeoutMs: number(),
		targets: pipe(array(variant("kind", [object({
			kind: literal("http"),
			url
		}), object({
			kind: literal("tcp"),
			host: string(),
			port: number()
		})])), readonly())
	}),
	servers: number()
});
/** What a request asks of the end of the job. A job that has failed already is not rolled back by a later step. */
function armedBy(inputs) {
	const isTooLate = inputs.jobStatus === "failure" || inputs.jobStatus === "cancelled";
	return {
		restoreOn: isTooLate ? [] : inputs.restoreOn,
		deleteOn: inputs.deleteOn,
		keepLast: inputs.keepLast,
		isTooLate: isTooLate && inputs.restoreOn.length > 0,
		isKept: inputs.operation === "create" && inputs.keep
	};
}
/** Whether a request leaves the post stage anything to do. */
function needsPostStep(inputs) {
	const { restoreOn, deleteOn, keepLast } = inputs;
	const stops = inputs.operation === "create" && inputs.stopServer;
	return restoreOn.length > 0 || deleteOn.length > 0 || keepLast !== void 0 || stops;
}
/** What of a request the post stage needs. */
function planOf$1(inputs) {
	const { restoreOn, deleteOn, keepLast } = armedBy(inputs);
	return {
		operation: inputs.operation,
		apiToken: inputs.apiToken,
		apiUrl: inputs.apiUrl,
		notifyUrl: inputs.notifyUrl,
		notifyOn: inputs.notifyOn,
		githubToken: inputs.githubToken,
		summary: inputs.summary,
		maxParallel: inputs.maxParallel,
		fixedIntervalMs: inputs.pace.fixedIntervalMs,
		acceleratedClock: inputs.pace.acceleratedClock,
		restoreOn,
		deleteOn,
		keepLast,
		whenFull: inputs.operation === "create" ? inputs.whenFull : "fail",
		restoreTimeoutMs: inputs.restoreTimeoutMs,
		startAfterRestore: inputs.startAfterRestore,
		health: {
			timeoutMs: inputs.health.timeoutMs,
			targets: inputs.health.targets
		}
	};
}

// src/run/saved-state.ts
/**
* What the main stage leaves for the post stage. The post stage may not see the inputs again (nested composite actions
* lose them), so all it needs is here, the token included; the runner keeps a step's state to itself.
*/
function idSchema(parse) {
	return pipe(string(), transform(parse), custom((value) => value !== void 0));
}
const serverSchema = object({
	server: idSchema(parseServerId),
	serverName: string(),
	/** Whether this action stopped the server: the intent is saved before the request is sent. */
	power: picklist([
		"untouched",
		"stop requested",
		"stopped",
		"started"
	]),
	slots: optional(number()),
	snapshot: optional(object({
		id: idSchema(parseSnapshotId),
		name: string(),
		createdAt: nullable(string()),
		sizeMb: nullable(number()),
		completed: boolean(),
		/** The marker alone, out of the description. */
		marker: string()
	}))
});
const MAIN = "main";
const GREEN = "green";
/** Saves that a main stage has begun, so that the post stage can tell lost state from none. */
function saveBegun(save) {
	return save(MAIN, "begun");
}
/** Saves that everything which can make the main stage red has happened, and nothing did: only then a restore may follow. */
function saveGreen(save) {
	return save(GREEN, "true");
}
/**
* Saves what has changed between two records for the post stage; nothing before the operation is about to change
* something.
* @returns why something could not be saved; undefined where all was
*/
function saveChanges(save, plan, before, after) {
	if (after.armed === void 0) return void 0;
	const isNew = before.armed === void 0;
	const troubles = [isNew ? save("plan", JSON.stringify({
		...plan,
		servers: after.servers.length
	})) : void 0];
	for (const [index, server] of after.servers.entries()) {
		const known = isNew ? void 0 : before.servers[index];
		if (server === known) continue;
		const was = known === void 0 || isUntouched$1(known) ? "" : savedForm(known);
		if ((isUntouched$1(server) ? "" : savedForm(server)) !== was) troubles.push(save(`server-${index}`, savedForm(server)));
	}
	return troubles.find((trouble) => trouble !== void 0);
}
/** Of a server of which nothing has been asked, and that holds no snapshot of this step, nothing need be known. */
function isUntouched$1(run) {
	return run.power.state === "untouched" && snapshotOf(run) === void 0;
}
const TEXT_LIMIT = 300;
function savedForm(run) {
	const snapshot = snapshotOf(run);
	const saved = {
		server: run.server.id,
		serverName: cut(run.server.name),
		power: savedPower(run.power),
		slots: run.slots,
		snapshot: snapshot && {
			id: snapshot.id,
			name: cut(snapshot.name),
			createdAt: snapshot.createdAt && cut(snapshot.createdAt),
			sizeMb: snapshot.sizeMb,
			completed: run.task.state === "succeeded",
			marker: cut(markerText(snapshot.description))
		}
	};
	return JSON.stringify(saved);
}
/** What a snapshot is known by in the post stage, too. */
function markerText(description) {
	const marker = parseMarker(description);
	return marker === void 0 ? "" : formatMarker(marker);
}
function cut(text) {
	return text.slice(0, TEXT_LIMIT);
}
/** Where a start failed, a stop may still be on its way. */
function savedPower({ state }) {
	switch (state) {
		case "untouched":
		case "stop requested":
		case "stopped":
		case "started": return state;
		case "start requested": return "stopped";
		case "start failed": return "stop requested";
		case "left stopped": return "untouched";
	}
}
/** Reads what the main stage saved. */
function readSavedState(get) {
	const text = get("plan");
	if (text === "") return { state: get(MAIN) === "" ? "lost" : "nothing to do" };
	try {
		return {
			state: "found",
			saved: parseState(text, get)
		};
	} catch {
		return { state: "lost" };
	}
}
function parseState(text, get) {
	const plan = parse(planSchema, JSON.parse(text));
	const servers = [];
	for (let index = 0; index < plan.servers; index += 1) {
		const saved = get(`server-${index}`);
		if (saved !== "") servers.push(parse(serverSchema, JSON.parse(saved)));
	}
	return {
		plan,
		isGreen: get(GREEN) === "true",
		isGroupCompleted: servers.length === plan.servers && servers.every(({ snapshot }) => snapshot?.completed === true),
		servers: (goal) => servers.map((saved) => recordOf(saved, goal))
	};
}
/** The saved part of one server as a record; of the snapshot only what is needed later was saved. */
function recordOf({ server: id, serverName, power, slots, snapshot }, goal) {
	const server = {
		id,
		name: serverName
	};
	const target = snapshot === void 0 ? void 0 : {
		id: snapshot.id,
		name: snapshot.name,
		status: snapshot.completed ? "completed" : "in_progress",
		sizeMb: snapshot.sizeMb,
		createdAt: snapshot.createdAt,
		description: snapshot.marker,
		server
	};
	return {
		...newServerRun(goal, server, target),
		slots,
		power: power === "stop requested" ? {
			state: power,
			since: 0
		} : { state: power }
	};
}

// src/operations/arm.ts
/**
* Records, and so saves for the post step, what the end of the job is to do. Where that cannot be saved and is needed,
* nothing is begun: a deploy must not rely on a rollback that cannot come.
* @returns whether the operation may go on
*/
function arm(inputs, recorder) {
	recorder.record({
		type: "armed",
		armed: armedBy(inputs)
	});
	const why = recorder.run.stateLost;
	if (why === void 0 || !needsPostStep(inputs)) return true;
	recorder.record({
		type: "failed",
		problem: cannotArm(why)
	});
	return false;
}
/**
* A state that was lost in the middle disarms a rollback: the step must not end green, nor the deploy begin. A step that
* is red anyway arms none, and has a better reason. That a clean-up is disarmed is a warning, and it is promised no more.
*/
function checkStillArmed({ report }, recorder) {
	const { stateLost, armed, problem } = recorder.run;
	if (stateLost === void 0 || armed === void 0 || problem !== void 0) return;
	if (armed.restoreOn.length > 0 && isGreen(recorder.run)) recorder.record({
		type: "failed",
		problem: disarmed(stateLost)
	});
	else if (armed.deleteOn.length > 0 || armed.keepLast !== void 0) {
		report.warn(cleanUpDisarmed(stateLost));
		recorder.record({
			type: "armed",
			armed: {
				...armed,
				deleteOn: [],
				keepLast: void 0
			}
		});
	}
}

// src/policy/sizes.ts
const MIB_PER_GIB = 1024;
/** A size for a person, from mebibytes: `512 MiB`, `5.0 GiB`, `unknown size`. */
function formatSize(mb) {
	if (mb === null || !Number.isFinite(mb) || mb < 0) return "unknown size";
	const mebibytes = Math.round(mb);
	return mebibytes < MIB_PER_GIB ? `${mebibytes} MiB` : `${(mb / MIB_PER_GIB).toFixed(1)} GiB`;
}

// src/present/snapshot-cells.ts
/** A server for a table: its name, where it is known, and its id. */
function serverCell({ name, id }) {
	return name === "" ? id : `${name} (${id})`;
}
/** A snapshot for a table: its id, and its name where it has one. */
function snapshotText({ id, name }) {
	return name === "" ? id : `${id} ${name}`;
}
/** A size for a table; `–` while the API does not know it. */
function sizeText({ sizeMb }) {
	return sizeMb === null ? "–" : formatSize(sizeMb);
}
/** An age for a table, e.g. `2 days`. */
function ageText(snapshot, now) {
	const created = createdAtMs(snapshot);
	if (created === void 0) return UNKNOWN;
	return isAhead(created, now) ? IN_FUTURE : formatAge(now - created);
}
/** When it was taken: by the API's clock, since ages are rounded, and which of two snapshots holds what may hang on minutes. */
function takenText(snapshot, now) {
	const created = createdAtMs(snapshot);
	if (created === void 0) return UNKNOWN;
	const age = isAhead(created, now) ? IN_FUTURE : `${formatAge(now - created)} ago`;
	return `${clockTime(created, now)} (${age})`;
}
/**
* Who made it, with a link to the run.
* @param isOurs this run made it: the API may have dropped the marker that would say so
*/
function makerCell(snapshot, origin, isOurs = false) {
	const marker = parseMarker(snapshot.description);
	if (marker === void 0) return isOurs ? THIS_RUN_UNMARKED : MANUAL;
	return {
		text: makerText(marker, origin),
		href: runUrl(origin, marker)
	};
}
function makerText(marker, origin) {
	return `${PURPOSES[marker.purpose]}${ownerText(marker, origin)}`;
}
function ownerText(marker, origin) {
	if (isOwn(marker, origin)) return marker.run === origin.runId ? THIS_RUN : runOfThisWorkflow(marker.run);
	const workflow = isThisRepository(marker, origin) ? marker.workflow.slice(marker.repository.length + 1) : marker.workflow;
	return runOfOther(workflow, marker.run);
}
/** The page of a run. The parts of a marker are letters that need no escaping in an address. */
function runUrl({ serverUrl }, { repository, run }) {
	return `${serverUrl}/${repository}/actions/runs/${run}`;
}

// src/policy/recency.ts
const NUMBER$1 = /^[0-9]+$/;
/**
* Whether `a` is newer or older than `b`: by their dates where both can be read and either both or none have a zone,
* otherwise, and between equal dates, by their ids where both are numbers, which APIs give in ascending order.
*/
function compareAge(a, b) {
	const [madeA, madeB] = [parseTimestamp(a.createdAt), parseTimestamp(b.createdAt)];
	const areComparable = madeA !== void 0 && madeB !== void 0 && madeA.hasZone === madeB.hasZone;
	if (areComparable && madeA.ms !== madeB.ms) return madeA.ms > madeB.ms ? "newer" : "older";
	if (a.id === b.id) return "same";
	if (NUMBER$1.test(a.id) && NUMBER$1.test(b.id)) return compareIds(a.id, b.id) > 0 ? "newer" : "older";
	return areComparable ? "same" : "unknown";
}
/**
* The one that is comparably newer than every other one: never a guess, and whatever the order of the list. Where
* there is none, the candidates are those to which no other is comparably newer, newest first as far as that goes.
* @param snapshots each of them once
*/
function newest(snapshots) {
	if (snapshots.length === 0) return { state: "none" };
	const snapshot = snapshots.find((one) => countOlder(one, snapshots) === snapshots.length - 1);
	if (snapshot !== void 0) return {
		state: "decided",
		snapshot
	};
	const unbeaten = snapshots.filter((one) => !snapshots.some((other) => compareAge(other, one) === "newer"));
	return {
		state: "undecided",
		candidates: (unbeaten.length > 1 ? unbeaten : snapshots).toSorted(compareNewestFirst)
	};
}
/**
* All of them, newest first; undefined where dates and ids do not decide between every two, or contradict each other.
* @param snapshots each of them once
*/
function rankNewestFirst(snapshots) {
	const ranked = snapshots.map((snapshot) => ({
		snapshot,
		older: countOlder(snapshot, snapshots)
	})).sort((a, b) => b.older - a.older);
	return ranked.every(({ older }, index) => older === ranked.length - 1 - index) ? ranked.map(({ snapshot }) => snapshot) : void 0;
}
function countOlder(snapshot, among) {
	return among.filter((other) => compareAge(snapshot, other) === "newer").length;
}
/**
* For showing them in an order, newest first: what has no date comes last, and where nothing decides the order is
* merely always the same. Not for choosing one: that is `newest`.
*/
function compareNewestFirst(a, b) {
	const madeA = parseTimestamp(a.createdAt)?.ms ?? Number.MIN_SAFE_INTEGER;
	return (parseTimestamp(b.createdAt)?.ms ?? Number.MIN_SAFE_INTEGER) - madeA || compareIds(b.id, a.id);
}
/** Numeric for digits, which have no leading zeros: the longer is the greater. UUIDs are all of one length. */
function compareIds(a, b) {
	if (a.length !== b.length) return a.length - b.length;
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
/** Each snapshot once, as it was read last: a paged list that changes meanwhile can hold one twice. */
function uniqueById(snapshots) {
	return [...new Map(snapshots.map((snapshot) => [snapshot.id, snapshot])).values()];
}

// src/present/tables.ts
const CANDIDATES = 10;
/** What became of each server, or each snapshot of a list: the same for the log and the summary. */
function resultTable({ listed, servers }, origin, now) {
	return listed === void 0 ? {
		columns: RESULT_COLUMNS,
		rows: servers.map((server) => serverRow(server, now))
	} : snapshotTable(listed, origin, now);
}
/** The snapshots among which a person could choose instead; undefined where nothing was refused that has any. */
function candidatesTable(run, origin, now) {
	const candidates = uniqueById(allProblems(run).flatMap((problem) => problem.candidates ?? []));
	if (candidates.length === 0) return void 0;
	return snapshotTable(candidates.toSorted(compareNewestFirst).slice(0, CANDIDATES), origin, now);
}
function snapshotTable(snapshots, origin, now) {
	const isOfSeveral = new Set(snapshots.map(({ server }) => server.id)).size > 1;
	return {
		columns: snapshotColumns(isOfSeveral),
		rows: snapshots.map((snapshot) => [
			snapshotText(snapshot),
			ageText(snapshot, now),
			isOfSeveral ? serverCell(snapshot.server) : sizeText(snapshot),
			snapshot.status,
			makerCell(snapshot, origin)
		])
	};
}
function serverRow(run, now) {
	const { server } = run;
	const snapshot = snapshotOf(run);
	const account = whatWentWrong(run);
	return [
		serverCell(server),
		statusOf$1(run).replaceAll("_", " "),
		snapshot === void 0 ? "–" : snapshot.id,
		snapshot === void 0 ? "–" : ageText(snapshot, now),
		account === void 0 ? "" : textOf$1(account)
	];
}

// src/present/summary.ts
/** The job summary of a stage. `now` by the API's clock, in milliseconds: ages are told by it. */
function summaryOf(run, { tone, headline, state, next }, origin, now) {
	const [only, ...others] = shownServers(run);
	const isTable = run.listed !== void 0 || others.length > 0;
	return {
		tone,
		headline,
		state,
		next,
		details: isTable || only === void 0 ? [] : [...detailsOf(run, only, origin, now), ...runDetails(run, origin)],
		table: isTable ? resultTable(run, origin, now) : void 0,
		candidates: candidatesTable(run, origin, now),
		facts: factsOf(run),
		steps: stepsToCopy(run, origin),
		timeline: timelineOf(run)
	};
}
/** A good deploy gets one summary, that of its snapshot: the end of a job shows only what it did or refused. */
function hasSomethingToShow({ servers, rollback, problem }) {
	return problem !== void 0 || rollback !== "not due" || servers.some(({ deletions, began }) => began !== void 0 || deletions.some(({ end }) => end !== "gone"));
}
function shownServers({ operation, rollback, servers }) {
	return operation === "post" && rollback !== "due" ? [] : servers;
}
/** One server, line by line: a phone shows all of it. */
function detailsOf({ operation }, run, origin, now) {
	const snapshot = snapshotOf(run);
	const isRead = run.server.name !== "" || run.server.status !== void 0;
	if (snapshot === void 0 && !isRead) return [];
	const isOurs = operation === "create" || operation === "post";
	return [
		[DETAILS.server, serverCell(run.server)],
		...snapshot === void 0 ? [] : snapshotDetails(snapshot, {
			origin,
			isOurs
		}, now),
		...descriptionDetails(run, snapshot),
		...run.safety === void 0 ? [] : [[DETAILS.safety, snapshotText(run.safety.snapshot)]],
		...slotDetails(run, isRead),
		...timeDetails(run)
	];
}
function snapshotDetails(snapshot, { origin, isOurs }, now) {
	return [
		[DETAILS.snapshot, snapshotText(snapshot)],
		[DETAILS.taken, takenText(snapshot, now)],
		[DETAILS.madeBy, makerCell(snapshot, origin, isOurs)],
		[DETAILS.size, sizeText(snapshot)]
	];
}
/** Of what overwrites a server, where it comes from: workflow, job and commit, unless somebody wrote something else. */
function descriptionDetails({ goal }, snapshot) {
	const text = goal === "restore" && snapshot !== void 0 ? withoutMarker$1(snapshot.description) : "";
	return text === "" ? [] : [[DETAILS.description, text]];
}
/** What is about to be deployed, or was undone; and who started a restore by hand. */
function runDetails({ operation, servers }, { sha, serverUrl, repository, event, actor }) {
	const undo = servers.some((server) => statusOf$1(server) === "restored") ? DETAILS.undoneCommit : DETAILS.commitToUndo;
	const label = operation === "create" ? DETAILS.commit : undo;
	if ((operation === "create" || operation === "post") && /^[0-9a-f]{40}$/.test(sha)) return [[label, {
		text: sha.slice(0, 7),
		href: `${serverUrl}/${repository}/commit/${sha}`
	}]];
	return operation === "restore" && event === "workflow_dispatch" && actor !== "" ? [[DETAILS.startedBy, actor]] : [];
}
/** Slots are counted from a list, which says nothing of a server that does not exist. */
function slotDetails({ slots, task }, isRead) {
	const isGone = task.state === "failed" && task.snapshot === void 0;
	return slots === void 0 || slots > 5 || !isRead || isGone || task.state === "planned" ? [] : [[DETAILS.slots, slotsInUse(slots, 5)]];
}
function timeDetails(run) {
	const { began, ended } = run;
	const down = downtimeOf(run);
	return [...began === void 0 || ended === void 0 ? [] : [[DETAILS.took, formatDuration(ended - began)]], ...down === void 0 ? [] : [[DETAILS.downtime, formatDuration(down)]]];
}
/** How long the server was down for its snapshot: from the request to stop it until it was seen running. */
function downtimeOf({ phases }) {
	const stop = phases.find(({ kind }) => kind === "stop");
	const start = phases.findLast(({ kind, failed }) => kind === "start" && !failed);
	return stop === void 0 || start === void 0 ? void 0 : start.to - stop.from;
}
/** A chart of one bar says nothing. */
function timelineOf(run) {
	const phases = shownServers(run).flatMap((server) => server.phases.map(({ kind, from, to, failed }) => ({
		name: kind,
		server: serverLabel(server),
		from,
		to,
		failed
	})));
	return new Set(phases.map(({ name }) => name)).size > 1 ? phases : [];
}
const FACTS = 100;
/** What a dry run would do, and what was deleted. */
function factsOf({ servers }) {
	const planned = servers.flatMap(({ task }) => task.state === "planned" ? task.steps : []);
	const deleted = servers.flatMap((run) => run.deletions.flatMap(({ snapshot, by, end }) => end === "deleted" ? [deletedBy(by, serverLabel(run), snapshotText(snapshot))] : []));
	return [...planned, ...deleted].slice(0, FACTS);
}

// src/present/title.ts
/** The title of a red stage's annotation. */
function titleOf(run) {
	if (run.problem?.reason === "invalid-input") return INVALID_INPUT;
	if (run.operation === "post") return titleOfJobEnd(run);
	return `${nameOfWork(run) ?? NAMES[run.operation]} ${ending(run)}`;
}
function titleOfJobEnd(run) {
	switch (run.rollback) {
		case "due": return isUntouched(run) ? NOT_ROLLED_BACK : `${NAMES.post} ${ending(run)}`;
		case "not due":
		case "snapshot step not green":
		case "job status unknown": return run.servers.some(mayBeDown$1) ? NOT_STARTED : `${NAMES.endOfJob} ${ending(run)}`;
	}
}
/** "Rollback failed" would have a tired reader expect a disk that is half written. */
function isUntouched({ cutOff, servers }) {
	return cutOff === void 0 && !servers.some(mayBeTouched);
}
/** In the order in which they are named. */
const WORKS = {
	restore: NAMES.restore,
	deletion: NAMES.deletion,
	snapshot: NAMES.create,
	"possible restore": NAMES.create
};
/** What goes on, where it does: nobody waits for a wait. */
function nameOfWork(run) {
	if (!isStillInProgress(run)) return void 0;
	const names = run.servers.flatMap(({ task }) => task.state === "left running" ? [WORKS[task.work]] : []);
	return Object.values(WORKS).find((name) => names.includes(name));
}
/** Accepted, and its end not seen: "failed" in a title would have a tired reader do it again. */
function isStillInProgress({ servers, problem, cutOff }) {
	const bad = servers.filter((server) => !isGood(server));
	return cutOff?.by !== "internal error" && problem === void 0 && bad.length > 0 && bad.every(goesOn);
}
function ending(run) {
	switch (run.cutOff?.by) {
		case "internal error": return ENDS$1.internalError;
		case "cancel": return endingOfWork(run) ?? ENDS$1.cancelled;
		case void 0: return endingOfWork(run) ?? ENDS$1.failed;
	}
}
/** Where all of it was begun, and nothing has failed. */
function endingOfWork(run) {
	if (run.problem !== void 0 || run.servers.length === 0) return void 0;
	if (isStillInProgress(run)) return ENDS$1.goesOn;
	return run.servers.every(({ task }) => task.state === "succeeded") ? ENDS$1.troubled : void 0;
}

// src/present/messages/results.ts
function snapshotDone(run) {
	const took = run.task.state === "succeeded" ? formatDuration(run.task.at - run.task.since) : "";
	const size = formatSize(snapshotOf(run)?.sizeMb ?? null);
	const slot = run.slots === void 0 || run.slots > 5 ? "" : `, slot ${run.slots} of ${5}`;
	return `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} completed in ${took} (${size}${slot}).`;
}
const ENDS = {
	success: "succeeds",
	failure: "fails",
	cancelled: "is cancelled"
};
/** What is armed, and that nothing is. */
function armed({ servers, jobStatus, cutOff }, { restoreOn: asked, deleteOn, keepLast, isTooLate, isKept }) {
	const restoreOn = cutOff === void 0 ? asked : [];
	const [only, ...others] = servers;
	const isOne = only !== void 0 && others.length === 0;
	const target = isOne ? `${serverLabel(only)} is restored to this snapshot` : `${servers.length === 2 ? "both" : `all ${servers.length}`} servers are restored`;
	const these = isOne ? "this snapshot is" : "these snapshots are";
	const maySucceed = jobStatus === "success" || jobStatus === "unknown";
	const deletes = deleteOn.filter((end) => end !== "success" || maySucceed);
	const unmarked = servers.filter((run) => !hasMarker(run)).length;
	const promisesRetention = keepLast !== void 0 && maySucceed;
	const said = [
		...restoreOn.length === 0 ? [] : [`If this job ${endsText(restoreOn)}, ${target}.`],
		...deletes.length === 0 ? [] : [`If this job ${endsText(deletes)}, ${these} deleted.`],
		...promisesRetention ? [`If this job succeeds, ${keptOf(keepLast)}.`] : []
	];
	const none = isTooLate ? "The job had already failed or been cancelled before this step, so no rollback is armed." : asked.length > 0 ? "This step did not succeed, so no rollback is armed." : "No rollback is set (`restore-on` is empty).";
	const kept = isKept ? [isOne ? ONE_KEPT : SEVERAL_KEPT] : [];
	const isPromise = jobStatus === "unknown" && said.length > 0;
	return [
		...restoreOn.length === 0 ? [none] : [],
		...said,
		...kept,
		...promisesRetention && unmarked > 0 ? [withoutMarker(unmarked, servers.length)] : [],
		...isPromise ? [NEEDS_JOB_STATUS] : []
	].join(" ");
}
/** Retention needs the marker in the description, which the API may not have kept. */
function hasMarker(run) {
	return parseMarker(snapshotOf(run)?.description ?? "") !== void 0;
}
function withoutMarker(count, all) {
	const which = all === 1 ? "This snapshot" : `${count} of these snapshots`;
	return count === 1 ? `${which} has no marker: \`keep-last\` neither counts nor deletes it. Delete it yourself.` : `${which} have no marker: \`keep-last\` neither counts nor deletes them. Delete them yourself.`;
}
const ONE_KEPT = "This snapshot stays until you delete it: retention and `latest` leave it alone.";
const SEVERAL_KEPT = "These snapshots stay until you delete them: retention and `latest` leave them alone.";
/** Without the word at the end of the job none of the promises is kept. */
const NEEDS_JOB_STATUS = "The runner does not report the status of the job (`job-status` is empty or unknown). Unless it does at the end, none of this happens. Do not set `job-status` yourself.";
const DRY_WAIT = "This was a dry run: nothing is armed for the end of the job.";
function keptOf(keepLast) {
	return `this workflow's ${keepLast === 1 ? "newest snapshot is" : `newest ${keepLast} snapshots are`} kept and its older ones are deleted`;
}
function endsText(ends) {
	return ends.map((end) => ENDS[end]).join(" or ");
}
function snapshotNotAwaited(run) {
	return `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} was accepted and is in progress.`;
}
/** What the step that waits for it must carry. */
const WAIT_ARMS = "No rollback is armed yet: put `restore-on`, `delete-on`, `keep-last` and `health-check` on the `operation: wait` step before the deploy.";
function snapshotsNotAwaited(count) {
	return `${count} snapshots were accepted and are in progress.`;
}
function wouldTake$1(servers) {
	return `Dry run: would take ${servers.length === 1 ? "a snapshot" : `${servers.length} snapshots`} of ${few(servers.map(serverLabel))}.`;
}
const NOTHING_RESTORED = "No server was restored.";
function snapshotsDone(all, tookMs) {
	return `${all} of ${all} snapshots completed in ${formatDuration(tookMs)}.`;
}
function snapshotsFailed(tally) {
	return tallyText(tally, "snapshots completed", "in progress");
}
function tallyText(tally, done, underWay) {
	const others = [
		[tally.underWay, underWay],
		[tally.unknown, "unknown"],
		[tally.failed, "failed"],
		[tally.skipped, "skipped"]
	].flatMap(([count, what]) => count === 0 ? [] : [`; ${count} ${what}`]);
	const troubled = tally.troubled === 0 ? "" : ` (${tally.troubled} with a problem)`;
	return `${tally.done} of ${tally.all} ${done}${troubled}${others.join("")}.`;
}
function wouldOverwrite(servers, now) {
	const [only, ...others] = servers;
	if (only === void 0) return "Dry run: would overwrite nothing.";
	return others.length > 0 ? `Dry run: would overwrite ${servers.length} servers: ${few(servers.map(serverLabel))}.` : `Dry run: would overwrite ${serverLabel(only)} with snapshot ${snapshotIdOf(only)} (${age(only, now)}).`;
}
/** What carrying out the plan of a restore would mean. */
function wouldLose(since, now) {
	return `Changes made after ${clockTime(since, now)} would be overwritten, and the server would be down during the restore.`;
}
function restoreNotAwaited(run, since, now) {
	return {
		what: `${serverLabel(run)} is being restored from snapshot ${snapshotIdOf(run)} (accepted ${clockTime(since, now)}).`,
		state: "The step did not wait for the restore to finish. Do not restore again."
	};
}
function restored(run, now) {
	const created = createdAtOf(run);
	const taken = created === void 0 ? "taken at an unknown time" : isAhead(created, now) ? `dated ${clockTime(created, now)}, in the future` : `taken ${clockTime(created, now)}, ${formatAge(now - created)} ago`;
	return {
		what: `Restored ${serverLabel(run)} to snapshot ${snapshotIdOf(run)} (${taken}).`,
		state: `${stateAfter(run)} ${lost(created, run.safety?.snapshot.id, now)}`
	};
}
function lost(since, safety, now) {
	const after = since === void 0 || isAhead(since, now) ? "it was taken" : clockTime(since, now);
	return safety === void 0 ? `Changes made after ${after} are lost.` : `Changes made after ${after} are no longer on the server; safety snapshot ${safety} has them.`;
}
/** @param isSafe whether each has a safety snapshot */
function lostSince$1(since, now, isSafe) {
	const changes = `changes made after ${clockTime(since, now)} are`;
	return isSafe ? `On the restored servers, ${changes} gone; their safety snapshots have them.` : `On the restored servers, ${changes} lost.`;
}
function stateAfter(run) {
	const status = lastStatus(run);
	const state = serverPhase(status) === "active" ? "running" : status;
	const healthy = run.health.state === "passed" ? " and healthy" : "";
	return joined([`The server is ${state}${healthy}.`, wasNeverSeen(run) ? NEVER_SEEN_RESTORING : ""]);
}
/** No read of some servers showed their restore. */
function neverSeenRestoring(servers) {
	const [restores, they] = servers.length === 1 ? ["the restore", "it"] : ["the restores", "they"];
	return `VPS.org accepted ${restores} of ${few(servers.map(serverLabel))}, but ${they} never reported "restoring".`;
}
function restoredSome$1(tally) {
	return tallyText(tally, "servers restored", "still restoring");
}
function wouldDelete$1(servers) {
	return `Dry run: would delete ${servers.length === 0 ? "nothing" : snapshotsOf(servers)}.`;
}
function deleted(servers) {
	return `Deleted ${snapshotsOf(servers)}.`;
}
function snapshotsOf(servers) {
	const [only, ...others] = servers;
	return only === void 0 || others.length > 0 ? `${servers.length} snapshots: ${few(servers.map(snapshotIdOf))}` : `snapshot ${snapshotIdOf(only)} of ${serverLabel(only)}`;
}
function deletedIds(list) {
	return `Deleted ${list.length === 1 ? "snapshot" : `${list.length} snapshots:`} ${few(list)}.`;
}
function deletedSome(done, all) {
	return `${done} of ${all} snapshots deleted.`;
}
function goneAlready$1(ids) {
	return `Already deleted: ${few(ids)}.`;
}
/** What no list holds may never have existed. */
function notFound$1(ids) {
	return `Not found: ${few(ids)} (already deleted, or the ID is wrong).`;
}
function listed(snapshots, asked) {
	const { length } = snapshots;
	const servers = new Set(snapshots.map(({ server }) => server.id)).size;
	if (length > 0) return `${length} ${length === 1 ? "snapshot" : "snapshots"} on ${servers} ${servers === 1 ? "server" : "servers"}.`;
	if (asked.length === 0) return "This token can see no snapshots.";
	return `No snapshots on ${asked.length === 1 ? "server" : "servers"} ${few(asked)}.`;
}
function listedOwnerless(ids) {
	return ids.length === 1 ? `The list does not say which server snapshot ${few(ids)} belongs to.` : `The list does not say which servers ${ids.length} snapshots belong to: ${few(ids)}.`;
}
function listedUnreadable(count) {
	return `${count} ${count === 1 ? "entry" : "entries"} of the list could not be read.`;
}
function waitedForSome(tally) {
	return tallyText(tally, "finished", "in progress");
}
function waitedForSnapshot(run, now) {
	const { status } = run.server;
	return {
		what: `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} is complete (${formatSize(snapshotOf(run)?.sizeMb ?? null)}, ${age(run, now)}).`,
		state: status === void 0 ? "" : `The server is ${serverPhase(status) === "active" ? "running" : status}; no restore was seen.`
	};
}
/** The API does not say which snapshot a server is being restored from. */
function waitedForRestore(run) {
	return {
		what: `The restore of ${serverLabel(run)} has finished.`,
		state: stateAfter(run)
	};
}

// src/present/restored.ts
/** What became of some restores, in whichever stage. */
function restoredAccount({ servers, mode }, now) {
	if (mode === "dry run") return plannedAccount(servers, now);
	const [only, ...others] = servers;
	if (only === void 0 || others.length > 0) return restoredSome(servers, now);
	const wrong = whatWentWrong(only);
	if (wrong !== void 0) return wrong;
	return only.task.state === "left running" ? restoreNotAwaited(only, only.task.apiTime ?? only.task.since, now) : restored(only, now);
}
function plannedAccount(servers, now) {
	const planned = servers.filter(({ task }) => task.state === "planned");
	const bad = servers.filter((server) => !isGood(server));
	const [wrong, ...others] = bad.map(whatWentWrong);
	if (planned.length === 0 && wrong !== void 0 && others.length === 0) return wrong;
	const since = planned.flatMap((server) => createdAtOf(server) ?? []);
	return {
		what: wouldOverwrite(planned, now),
		state: joined([
			since.length === 0 ? "" : wouldLose(Math.min(...since), now),
			NOTHING_CHANGED,
			failuresText(bad)
		])
	};
}
function restoredSome(servers, now) {
	const done = servers.filter((server) => statusOf$1(server) === "restored");
	const since = done.flatMap((server) => createdAtOf(server) ?? []);
	const unseen = done.filter((server) => isGood(server) && wasNeverSeen(server));
	const isSafe = done.every(({ safety }) => safety !== void 0);
	return {
		what: restoredSome$1(tallyOf(servers)),
		state: joined([
			since.length === 0 ? "" : lostSince$1(Math.min(...since), now, isSafe),
			unseen.length === 0 ? "" : neverSeenRestoring(unseen),
			...groupTexts(servers)
		])
	};
}

// src/present/end-of-job.ts
/** What became of the end of the job: what was restored, started again, deleted and kept. */
function endOfJobAccount(run, now) {
	if (run.problem !== void 0) return run.problem;
	const [rollback, starts] = [rollbackAccount(run, now), startAccounts(run)];
	const [first, ...others] = run.rollback !== "due" && run.servers.some(mayBeDown$1) ? [...starts, ...rollback] : [...rollback, ...starts];
	const deletions = [...deletionSentences(run, "delete-on"), ...retentionSentences(run)];
	const isCleanUpCutOff = run.cutOff !== void 0 && run.rollback !== "due";
	const rest = [
		...others.map(textOf$1),
		...deletions,
		...isCleanUpCutOff ? [cleanUpCutOff(deletions.length > 0)] : []
	];
	if (first !== void 0) return {
		what: first.what,
		state: joined([first.state, ...rest])
	};
	const [headline = nothingToDo(run.jobStatus), ...more] = rest;
	return {
		what: headline,
		state: joined(more)
	};
}
function rollbackAccount(run, now) {
	switch (run.rollback) {
		case "not due": return [];
		case "snapshot step not green": return [ROLLBACK_SKIPPED];
		case "job status unknown": return [JOB_STATUS_UNKNOWN];
		case "due": {
			const { what, state } = restoredAccount(run, now);
			const isSaid = run.servers.length === 1 && run.servers.some(({ task }) => "why" in task && task.why === "job cancelled");
			return [{
				what,
				state: joined([isSaid ? "" : whyRollback(run.jobStatus), state])
			}];
		}
	}
}
/** In a rollback a server's own account tells of its start. */
function startAccounts({ servers, rollback }) {
	if (rollback === "due") return [];
	return servers.flatMap((server) => {
		const wrong = whatWentWrong(server);
		if (wrong !== void 0) return [wrong];
		return server.power.state === "started" && server.began !== void 0 ? [{
			what: startedAgain(server),
			state: ""
		}] : [];
	});
}
function deletionSentences(run, by) {
	return [
		"deleted",
		"stays",
		"unknown"
	].flatMap((end) => {
		const snapshots = deletionsBy(run, by, end);
		return snapshots.length === 0 ? [] : [deletionEnded(by, end, snapshots)];
	});
}
function retentionSentences(run) {
	if (run.retention === "list unreadable") return [RETENTION_UNREADABLE];
	if (run.retention === "not asked") return [];
	if (run.retention === "job not successful") return run.rollback === "due" ? [] : [retentionOmitted(run.jobStatus)];
	const said = deletionSentences(run, "keep-last");
	if (run.cutOff !== void 0) return said;
	const kept$1 = run.servers.flatMap((server) => server.kept ?? []);
	return [...said.length === 0 ? [RETENTION_DELETED_NOTHING] : said, ...kept$1.length === 0 ? [] : [kept(kept$1)]];
}
function deletionsBy({ servers }, by, end) {
	return servers.flatMap(({ deletions }) => deletions.filter((item) => item.by === by && item.end === end).map(({ snapshot }) => snapshot));
}

// src/present/verdict.ts
/** The verdict of a stage. `now` by the API's clock, in milliseconds: ages are told by it. */
function verdictOf(run, now) {
	const account = withinOneLine(withCutOff(run, accountOf(run, now)));
	return {
		isGreen: isGreen(run),
		tone: toneOf(run),
		headline: account.what,
		state: account.state,
		next: renderNextSteps(run)
	};
}
const HEADLINE_LIMIT$1 = 160;
/** A first sentence that is too long is cut, and stands whole after the headline. */
function withinOneLine({ what, state }) {
	const letters = Array.from(what);
	if (letters.length <= HEADLINE_LIMIT$1) return {
		what,
		state
	};
	return {
		what: `${letters.slice(0, 159).join("")}…`,
		state: joined([what, state])
	};
}
function toneOf(run) {
	const hasWorked = run.servers.some(({ task }) => task.state === "succeeded");
	if (!isGreen(run)) return hasWorked ? "partly" : "failed";
	if (run.mode === "dry run") return "planned";
	switch (run.operation) {
		case "create":
		case "restore":
		case "list":
		case "wait": return "done";
		case "delete": return hasWorked || run.deletedUnlisted.length > 0 ? "done" : "nothing";
		case "post": return toneOfJobEnd(run, hasWorked);
	}
}
function toneOfJobEnd({ rollback, servers }, hasWorked) {
	switch (rollback) {
		case "snapshot step not green": return "nothing";
		case "job status unknown": return "partly";
		case "due":
		case "not due": {
			const deletions = servers.flatMap((server) => server.deletions);
			if (deletions.some(({ end }) => !IS_DONE[end])) return "partly";
			return hasWorked || deletions.length > 0 || servers.some(({ began }) => began !== void 0) ? "done" : "nothing";
		}
	}
}
const IS_DONE = {
	deleted: true,
	gone: true,
	stays: false,
	unknown: false
};
function accountOf(run, now) {
	switch (run.operation) {
		case "create": return createAccount(run);
		case "restore": return restoreAccount(run, now);
		case "delete": return deleteAccount(run);
		case "list": return listAccount(run);
		case "wait": return waitAccount(run, now);
		case "post": return endOfJobAccount(run, now);
	}
}
/** A cancel, or a mistake of this action, is always mentioned; what was done by then, too. */
function withCutOff(run, account) {
	const { cutOff } = run;
	if (cutOff === void 0) return account;
	const hasDone = run.deletedUnlisted.length > 0 || !run.servers.every(hasNoTrace);
	if (run.operation !== "post" && run.problem === void 0 && !hasDone) return cutOffBeforeAnything(cutOff);
	const how = endedEarly(cutOff, run.operation);
	if (cutOff.by === "internal error") return {
		what: how,
		state: joined([
			account.what,
			account.state,
			DEFECT
		])
	};
	const [only, ...others] = run.problem === void 0 ? run.servers : [];
	if (only !== void 0 && others.length === 0) {
		if (isCancelSaid(only)) return account;
		if (only.task.state === "succeeded" && only.task.work !== "deletion") return leadingWith(cancelledAfter(only, only.task.work, cutOff.signal), only);
	}
	if (run.operation === "post" && run.rollback !== "due" && !run.servers.some(mayBeDown$1)) return {
		what: how,
		state: joined([account.what, account.state])
	};
	return {
		what: account.what,
		state: joined([
			how,
			account.state,
			doneSoFar(run)
		])
	};
}
/** Whether the account of a server tells of the cancel. */
function isCancelSaid({ task, goal }) {
	return goal !== "clean up" && (task.state === "skipped" || task.state === "left running") && task.why === "cancelled";
}
/** The cancel, and then what it left undone. */
function leadingWith(what, server) {
	const wrong = whatWentWrong(server);
	return {
		what,
		state: wrong === void 0 ? "" : textOf$1(wrong)
	};
}
/** What had been done before the end. */
function doneSoFar({ servers, operation }) {
	if (operation === "delete") return "";
	const items = servers.flatMap((server) => {
		const snapshot = snapshotOf(server);
		return [
			...server.task.state === "succeeded" && isAccepted(server) && snapshot !== void 0 ? [doneSnapshot(snapshot.id, statusOf$1(server))] : [],
			...server.safety?.state === "completed" ? [doneSafety(server.safety.snapshot.id)] : [],
			...server.deletions.flatMap(({ snapshot: { id }, by, end }) => end === "deleted" && by === "when-full" ? [doneFreed(id)] : [])
		];
	});
	return items.length === 0 ? "" : done(items);
}
function createAccount(run) {
	const { servers, problem, mode } = run;
	const [only, ...others] = servers;
	if (problem !== void 0) return problem;
	if (only === void 0) return {
		what: "",
		state: ""
	};
	if (servers.every(({ task }) => task.state === "planned")) return {
		what: wouldTake$1(servers),
		state: NOTHING_CHANGED
	};
	if (others.length > 0) return groupAccount(run);
	const wrong = whatWentWrong(only);
	if (wrong !== void 0) return wrong;
	if (mode === "no wait") return {
		what: snapshotNotAwaited(only),
		state: WAIT_ARMS
	};
	return {
		what: snapshotDone(only),
		state: armedText(run)
	};
}
function armedText(run) {
	return run.armed === void 0 ? "" : armed(run, run.armed);
}
function groupAccount(run) {
	const { servers } = run;
	const all = servers.length;
	const bad = servers.filter((server) => !isGood(server));
	if (bad.length === 0 && run.mode === "no wait") return {
		what: snapshotsNotAwaited(all),
		state: WAIT_ARMS
	};
	if (bad.length === 0) return {
		what: snapshotsDone(all, tookOf(run)),
		state: armedText(run)
	};
	const outcome = servers.some(mayBeTouched) ? NOTHING_RESTORED : NOTHING_CHANGED;
	return {
		what: snapshotsFailed(tallyOf(servers)),
		state: joined([...groupTexts(servers), outcome])
	};
}
/** From the beginning to the end of the last server's part, in milliseconds. */
function tookOf({ servers, began }) {
	return Math.max(...servers.map(({ ended }) => ended ?? began)) - began;
}
function restoreAccount(run, now) {
	const { problem, servers } = run;
	if (problem === void 0) return restoredAccount(run, now);
	if (servers.every(hasNoTrace)) return problem;
	const restored = restoredAccount(run, now);
	return {
		what: problem.what,
		state: joined([
			problem.state,
			restored.what,
			restored.state
		])
	};
}
function deleteAccount({ problem, servers, absent, deletedUnlisted, mode }) {
	const bad = servers.filter((server) => !isGood(server));
	const ended = servers.filter((server) => statusOf$1(server) === "deleted");
	const ours = ended.filter(isAccepted);
	const gone = ended.filter((server) => !isAccepted(server)).map(snapshotIdOf);
	const done = [
		ours.length === 0 ? "" : deleted(ours),
		deletedUnlisted.length === 0 ? "" : deletedIds(deletedUnlisted),
		gone.length === 0 ? "" : goneAlready$1(gone),
		absent.length === 0 ? "" : notFound$1(absent)
	].filter((text) => text !== "");
	if (problem !== void 0) return {
		what: problem.what,
		state: joined([
			problem.state,
			...done,
			failuresText(bad)
		])
	};
	if (mode === "dry run") {
		const planned = servers.filter(({ task }) => task.state === "planned");
		return {
			what: wouldDelete$1(planned),
			state: joined([NOTHING_CHANGED, failuresText(bad)])
		};
	}
	const wrong = servers.length === 1 ? bad.map(whatWentWrong)[0] : void 0;
	if (wrong !== void 0) return {
		what: wrong.what,
		state: joined([wrong.state, ...done])
	};
	if (bad.length > 0) return {
		what: deletedSome(ours.length, servers.length),
		state: joined([...done, ...groupTexts(servers)])
	};
	const [headline = "", ...more] = done;
	return {
		what: headline,
		state: joined(more)
	};
}
function listAccount({ problem, listed: listed$1, asked, unclear }) {
	if (problem !== void 0 || listed$1 === void 0) return problem ?? {
		what: "",
		state: ""
	};
	const { ownerless, unreadable } = unclear;
	const others = [...ownerless.length === 0 ? [] : [listedOwnerless(ownerless)], ...unreadable === 0 ? [] : [listedUnreadable(unreadable)]];
	const [what = "", ...more] = listed$1.length === 0 && others.length > 0 ? others : [listed(listed$1, asked), ...others];
	return {
		what,
		state: joined(more)
	};
}
function waitAccount(run, now) {
	const { problem, servers } = run;
	const [only, ...others] = servers;
	const bad = servers.filter((server) => !isGood(server));
	if (problem !== void 0) return {
		what: problem.what,
		state: joined([problem.state, failuresText(bad)])
	};
	if (only === void 0) return {
		what: "",
		state: ""
	};
	if (others.length > 0) return {
		what: waitedForSome(tallyOf(servers)),
		state: joined([...groupTexts(servers), bad.length === 0 ? armedText(run) : ""])
	};
	const wrong = whatWentWrong(only);
	if (wrong !== void 0) return wrong;
	const account = statusOf$1(only) === "restored" ? waitedForRestore(only) : waitedForSnapshot(only, now);
	const disarmed = run.mode === "dry run" ? DRY_WAIT : "";
	return {
		what: account.what,
		state: joined([
			account.state,
			armedText(run),
			disarmed
		])
	};
}

// src/operations/messages.ts
/** The titles of the log's groups. */
const GROUPS = {
	preflight: "Preflight checks",
	snapshots: "Snapshots",
	restore: "Restore"
};
function nameChanged(given, name) {
	return `VPS.org does not allow the snapshot name "${given}"; using "${name}" (at most ${64} ASCII letters, digits, "-" and "_").`;
}
const NO_SNAPSHOT_OF_IT = "No snapshot of it was taken.";
function notSettledForCreate({ reason, what, state }, run) {
	return certain(reason, what, `${state} ${NO_SNAPSHOT_OF_IT}`, checkServer(run), { kind: "re-run" });
}
function needsReadableServer$1(input, state) {
	return `\`${input}\` needs a token that may read the server. ${state}`.trim();
}
function unreadableServer(server) {
	return `This token may not read server ${server}, so its status is unknown. Taking the snapshot anyway.`;
}
function snapshotAccepted(run, { id, name }) {
	return `Snapshot ${id} of ${serverLabel(run)} was accepted${name === "" ? "" : `: "${name}"`}.`;
}
function snapshotCompleted(run) {
	return `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} is complete.`;
}
function lastSlotTaken(run, { id }) {
	return `Snapshot ${id} uses the last slot of ${serverLabel(run)} (${5} of ${5}). The next create will fail unless you set \`keep-last\` or \`when-full: delete-oldest\`, or delete a snapshot.`;
}
function mayBeInconsistent(run) {
	return `${serverLabel(run)} is running: files being written may be inconsistent in the snapshot (\`stop-server: true\` avoids this).`;
}
/** An unknown status is not the same as not running. */
function cannotStop(run) {
	return certain("server-busy", `\`stop-server\` cannot be used: the status of ${serverLabel(run)} is "${lastStatus(run)}".`, `It is neither running nor stopped. ${NO_SNAPSHOT_OF_IT}`, checkServer(run), advice("Or take the snapshot without `stop-server`."));
}
function nameTaken(run, { id, name }) {
	return `${serverLabel(run)} already has a snapshot named "${name}" (${id}). To tell the two apart later, use \`snapshot-id\` instead of \`snapshot-name\`.`;
}
function startedByOther(run) {
	return certain("server-busy", `${serverLabel(run)} was stopped for its snapshot, and somebody else started it.`, NO_SNAPSHOT_OF_IT, advice("Check what else starts or restores the server."), { kind: "re-run" });
}
function wouldTake(run, name) {
	const { slots, server } = run;
	const used = slots === void 0 || slots > 5 ? "" : `, ${slots} of ${5} slots in use`;
	return `Would take snapshot "${name}" of ${serverLabel(run)} (${server.status ?? "status unknown"}${used}).`;
}
function wouldStop(run) {
	return `Would stop ${serverLabel(run)} first and start it again afterwards.`;
}
function wouldLeave(run) {
	return `Would not stop ${serverLabel(run)}: it is not running.`;
}
function wouldDeleteFirst(snapshot) {
	return `Would delete snapshot ${snapshotLabel(snapshot)} first, because no slot is free.`;
}
function absent(id) {
	return `Snapshot ${id} was not found: it has already been deleted, or the ID is wrong.`;
}
/** @param guard the servers that are allowed */
function notFoundToDelete(ids, guard) {
	return certain("not-found", `${ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(", ")} were`} not found.`, `Not deleted: whether an unlisted snapshot belongs to a server in \`server-id\` (${guard.join(", ")}) cannot be checked.`, advice("Check `snapshot-id`. If the snapshot has already been deleted, nothing is left to do."));
}
function wouldDelete(run, snapshot, now) {
	return `Would delete snapshot ${snapshotLabel(snapshot)} of ${serverLabel(run)} (${ageOf(snapshot, now)}).`;
}
/** @param mayBeOurs something in between had answered a request of ours */
function goneAlready({ id }, mayBeOurs) {
	return mayBeOurs ? `Snapshot ${id} is gone: an earlier request of this step or somebody else deleted it.` : `Snapshot ${id} had already been deleted.`;
}
function givenTwice(one, other) {
	const what = `\`server-id\` names one server twice: ${one} and ${other} are the same.`;
	return certain("invalid-input", what, NOTHING_CHANGED, advice(`Remove ${other} from \`server-id\`.`));
}
function unknownButListed(run, { id, server }) {
	const what = `Snapshot ${id} of ${serverLabel(run)} was not deleted: VPS.org says that it does not exist, but still lists it.`;
	return certain("not-found", what, "", {
		kind: "list",
		server: server.id
	});
}
function deletionAccepted(run, snapshot) {
	return `The deletion of snapshot ${snapshotLabel(snapshot)} of ${serverLabel(run)} was accepted.`;
}
function unlistedDeleted(id) {
	return `Snapshot ${id} was not in the list yet; its deletion was accepted.`;
}
function deletionUnknown({ id }) {
	return `It is unknown whether snapshot ${id} was deleted.`;
}
function deletionCutOff(id) {
	return {
		reason: "lost-answer",
		done: "unknown",
		what: deletionUnknown({ id }),
		state: "The step ended before VPS.org had answered.",
		next: [{
			kind: "list",
			server: void 0
		}]
	};
}
function notDeleted$1({ id }) {
	return `Snapshot ${id} was not deleted.`;
}
function deletionUnobservable({ id }) {
	return `VPS.org accepted the deletion of snapshot ${id}; whether it is gone is unknown.`;
}
function nothingToWaitFor(ids) {
	const what = `${ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(", ")} were`} not found.`;
	return certain("not-found", what, "There is nothing to wait for.", {
		kind: "list",
		server: void 0
	});
}
function notOfThisRun(snapshots) {
	const ids = snapshots.map(({ id }) => id);
	const which = ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(", ")} were`;
	return certain("wrong-run", `${which} not made by this workflow run, so no rollback is armed.`, "A rollback to it could undo more than this deploy. Nothing was changed. The deploy must not start.", advice("Set `snapshot-id` to the output of this run's own `operation: create` step."));
}
function snapshotIs(run, { id, status }) {
	return `Snapshot ${id} of ${serverLabel(run)} is ${status.replaceAll("_", " ")}.`;
}
function followingRestore(run) {
	return `${serverLabel(run)} is being restored; waiting for the restore to finish.`;
}
/** @param ms how long it has to stay so */
function makingSure(run, ms) {
	return `${serverLabel(run)} is ${lastStatus(run)}; watching it for ${formatDuration(ms)}, in case a restore has just been started.`;
}
function isSettling(run) {
	return `${serverLabel(run)} is ${lastStatus(run)}; waiting until it settles.`;
}
function serverIs(run) {
	return `${serverLabel(run)} is ${lastStatus(run)}.`;
}
function brokenServer(run) {
	return certain("restore-failed", `Snapshot ${snapshotIdOf(run)} is complete, but the status of ${serverLabel(run)} is "${lastStatus(run)}".`, "If it was being restored, the restore has failed.", checkServer(run), advice("Restore it again, or contact VPS.org support."));
}
function restoreNotVisible(run) {
	return `Snapshot ${snapshotIdOf(run)} is complete, but it is unknown whether ${serverLabel(run)} is being restored.`;
}
const AVAILABLE = "Available snapshots:";
const RESULTS = "Results:";
function moreInOutput(count) {
	return `… and ${count} more, all of them in the output "snapshots".`;
}
/** For those who have saved the form by hand. */
function byHand(command) {
	return `By hand: ${command}`;
}
const NOTHING_LEFT = "Nothing to do: the main step saved nothing for the post step.";
const SUCCESS_PROVES_NOTHING = "A composite action on this runner does not learn how the job ended: \"success\" counts as unknown.";
function stateNotSaved(why) {
	return `The step's state cannot be saved: ${why}`;
}
function foundByName(asked, name) {
	return `VPS.org does not know server ${asked} by its ID; using the one server named "${name}".`;
}

// src/operations/conclude.ts
/** Writes the outputs, the summary and the verdict of a stage, however it ended. */
async function conclude(ctx, run) {
	ctx.report.outputs(finalOutputs(run, ctx.clock.now()));
	const now = apiNow(ctx);
	const verdict = verdictOf(run, now);
	printDetails(ctx, run, now);
	await ctx.report.conclude({
		...verdict,
		title: titleOf(run),
		annotateAs: annotationOf(run),
		summary: run.operation === "post" && !hasSomethingToShow(run) ? void 0 : summaryOf(run, verdict, ctx.origin, now)
	});
	return verdict;
}
function annotationOf(run) {
	if (run.rollback === "job status unknown") return "warning";
	return run.servers.some((server) => statusOf$1(server) === "restored") ? "notice" : void 0;
}
/** Says and writes already what is known, before a wait that the runner may not let come to its end. */
async function announce(ctx, run) {
	ctx.report.outputs(finalOutputs(run, ctx.clock.now()));
	const now = apiNow(ctx);
	const verdict = verdictOf(run, now);
	ctx.report.line(`${verdict.headline} ${verdict.state}`.trim());
	await ctx.report.summarise(summaryOf(run, verdict, ctx.origin, now));
}
const LINES = 100;
/** What a person compares by eye, as tables: what there is where something was refused, and each server of a fleet. */
function printDetails(ctx, run, now) {
	for (const failure of furtherFailures(run)) ctx.report.line(failure);
	const candidates = candidatesTable(run, ctx.origin, now);
	if (candidates !== void 0) {
		ctx.report.line(AVAILABLE);
		printTable(ctx, candidates);
	}
	if (run.servers.length <= 1 || run.mode === "dry run" || run.operation === "post" && run.rollback !== "due") return;
	ctx.report.line(RESULTS);
	printTable(ctx, resultTable(run, ctx.origin, now));
}
/** Prints a table to the log; of a long one the beginning. */
function printTable(ctx, { columns, rows }) {
	ctx.report.table({
		columns,
		rows: rows.slice(0, LINES)
	});
	if (rows.length > LINES) ctx.report.line(moreInOutput(rows.length - LINES));
}

// src/waiting/explain.ts
const ACCOUNT_TIMEOUT_MS = 1e4;
/**
* A failed request as a problem. For a 403 the account is asked which permissions the token has, so that the text can
* say them.
*/
async function explain(ctx, failure, facts = {}) {
	const told = failure.last ?? failure;
	const permissions = told.status === 403 ? await ctx.permissions(ctx.endsBy) : void 0;
	const servers = ctx.api.visibleServers();
	const { what, words } = describeInTwo(told);
	return {
		reason: facts.reason ?? (facts.done === "unknown" ? "lost-answer" : reasonOf$1(told)),
		done: facts.done ?? "nothing",
		what,
		state: [words, facts.state ?? ""].filter((text) => text !== "").join(" "),
		...namesServer(told) ? {} : { isUnnamed: true },
		next: [remedyStep(told, {
			permissions,
			servers
		}), ...facts.next ?? []]
	};
}
/** That the time for what was accepted was over, as an event. */
function timedOut(end) {
	return {
		type: "left running",
		why: "timed out",
		lastFailure: lastFailureText(end),
		last: end.last
	};
}
/** Why the last request before the end of a wait had no usable answer; undefined where it had one. */
function lastFailureText({ lastFailure }) {
	return lastFailure === void 0 ? void 0 : describeFailure(lastFailure);
}
/** That a server without a snapshot does not exist: in a list the two look the same. Undefined where it does, or nothing tells. */
async function unknownServer(ctx, id, deadline, facts) {
	const answer = await ctx.api.readServer({ id }, {
		deadline,
		once: true
	});
	return answer.ok || answer.failure.status !== 404 ? void 0 : explain(ctx, answer.failure, facts);
}
/** What helps against a failed request. */
function remedyStep(failure, token) {
	if (namesSnapshot(failure.last ?? failure)) return {
		kind: "list",
		server: void 0
	};
	const text = remedyFor(failure, token);
	return failure.kind === "refused" && (isMomentaryRefusal(failure) || isTransient(failure)) ? {
		kind: "try again",
		text
	} : advice(text);
}
/** The word for a failed request. */
function reasonOf$1(failure) {
	const { status = 0 } = failure;
	switch (failure.kind) {
		case "expired": return failure.last === void 0 ? "timeout" : reasonOf$1(failure.last);
		case "unreachable":
		case "unknown-host":
		case "proxy":
		case "tls":
		case "certificate":
		case "intermediary":
		case "redirect": return "unreachable";
		case "timeout":
		case "interrupted":
		case "oversized":
		case "unreadable":
		case "mismatch": return "server-error";
		case "refused": return REASON_BY_STATUS[status] ?? otherReason(failure, status);
	}
}
function otherReason(failure, status) {
	if (status >= 500) return "server-error";
	return isMomentaryRefusal(failure) ? "server-busy" : "refused";
}
const REASON_BY_STATUS = {
	401: "unauthorized",
	403: "forbidden",
	404: "not-found",
	429: "rate-limited"
};
/** Tells what the token may do, as `Context.permissions` does: a fleet that is refused a hundred times asks once. */
function permissionsReader({ api, clock }) {
	let asked;
	return (endsBy = Number.POSITIVE_INFINITY) => {
		asked ??= askPermissions(api, Math.min(endsBy, clock.now() + ACCOUNT_TIMEOUT_MS));
		return asked;
	};
}
async function askPermissions(api, deadline) {
	try {
		const answer = await api.account({
			deadline,
			once: true
		});
		return answer.ok ? answer.value.permissions : void 0;
	} catch {
		return;
	}
}

// src/waiting/messages.ts
/**
* Every sentence that a wait says: log lines, and the problems that end one. Texts from the API are raw; the report makes
* them harmless.
*/
function noAnswer(failure) {
	return `${describeFailure(failure)} Still waiting.`;
}
function answersAgain(failures) {
	return `The API is responding again (${failures} failed ${failures === 1 ? "request" : "requests"}).`;
}
function retrying(failure, delayMs) {
	return `${describeFailure(failure)} ${tryingAgain(failure, delayMs)}`;
}
/** The heartbeat of a refusal that lasts: its words have been said. */
function stillRefusing(failure, delayMs, lastedMs) {
	const { httpStatus = "" } = failure;
	return `VPS.org has been refusing for ${formatDuration(lastedMs)} (${httpStatus}). ${tryingAgain(failure, delayMs)}`;
}
function tryingAgain({ retryAfterMs = 0 }, delayMs) {
	const when = `Trying again in ${delayMs < 6e4 ? `${Number((delayMs / 1e3).toFixed(1))}s` : formatDuration(delayMs)}`;
	return retryAfterMs > delayMs ? `${when}, although it asks to wait ${formatDuration(retryAfterMs)}: there is less time than that.` : `${when}.`;
}
function snapshotsInProgress(ids, elapsedMs) {
	return `${ids.length === 1 ? `Snapshot ${ids[0]} has been` : `${ids.length} snapshots have been`} in progress for ${formatDuration(elapsedMs)}; a snapshot usually takes 3 to 10 minutes.`;
}
function unlistedStatus({ id, status }) {
	return status === "unreadable" ? `The status of snapshot ${id} cannot be read; treating it as still in progress.` : `Snapshot ${id} has the undocumented status "${status}"; treating it as still in progress.`;
}
function duplicate(ours, id) {
	return `VPS.org made a duplicate: snapshot ${id} has the same key as ${ours}. Delete ${id} to free its slot.`;
}
function snapshotFailed(label, snapshot) {
	return certain("snapshot-failed", `${label} failed: VPS.org reported status "${snapshot.status}".`, "A failed snapshot cannot be restored.", {
		kind: "delete",
		snapshot: snapshot.id
	}, { kind: "re-run" });
}
function snapshotGone(label) {
	return certain("snapshot-failed", `${label} disappeared while it was in progress.`, "It was in the list of snapshots and no longer is; somebody or something probably deleted it.", advice("Check what else deletes snapshots of this server."), { kind: "re-run" });
}
function snapshotUnobservable(label) {
	return `VPS.org accepted ${label}; whether it has completed is unknown.`;
}
function snapshotTimedOut(label, waitedMs) {
	return `${label} was not completed after ${formatDuration(waitedMs)}.`;
}
function snapshotContinues(last, lastFailure) {
	const failure = lastFailure === void 0 ? "" : ` The last request failed: ${lastFailure}`;
	return `${lastSeenText(last)} It continues at VPS.org.${failure}`;
}
const ODD_ITEMS = 3;
function oddItems(items) {
	const texts = items.map(({ id, problem }) => id === void 0 ? problem : `${id}: ${problem}`);
	const more = items.length > ODD_ITEMS ? "; …" : "";
	const which = `${[...new Set(texts)].slice(0, ODD_ITEMS).join("; ")}${more}`;
	return items.length === 1 ? `An entry of the snapshot list cannot be read (${which}). It counts as a used slot, and is never restored or deleted.` : `${items.length} entries of the snapshot list cannot be read (${which}). They count as used slots, and are never restored or deleted.`;
}
function serverWithId({ server }) {
	return server.name === "" ? `server ${server.id}` : `${server.name} (${server.id})`;
}
function stillSettling(server, elapsed) {
	return `Still waiting for ${server} to be ready (${elapsed}).`;
}
function isTransitioning({ name, id, status }) {
	return `${name} (${id}) is ${status}; waiting until it is ready.`;
}
function hasSnapshotInProgress({ name, id }, snapshot) {
	return `Snapshot ${snapshot.id} of ${name} (${id}) is in progress; waiting until it is done.`;
}
function hasOddStatus({ name, id, status }) {
	return `${name} (${id}) has the status "${status}"; waiting to see whether it changes.`;
}
function keepsOddStatus({ name, id, status }) {
	return `${name} (${id}) still has the status "${status}"; continuing.`;
}
function snapshotStuck({ name, id }, snapshot, now) {
	return `Snapshot ${snapshot.id} of ${name} (${id}) seems to be stuck: its status is "${snapshot.status}" and it is ${ageOf(snapshot, now)}. Not waiting for it.`;
}
function lastReadText(run) {
	return run.server.status === void 0 ? "Its status could not be read." : `Its last status was ${lastStatusSince(run)}.`;
}
/** What was seen last, and why nothing more was. A server is busy unless no answer came any more that could show it. */
function unready(run, waitedMs, seen) {
	const { lastFailure } = seen;
	const status = seen.server === void 0 ? lastReadText(run) : lastSeenText(seen.server);
	return {
		reason: lastFailure === void 0 ? "server-busy" : reasonOf$1(lastFailure),
		what: `${serverLabel(run)} was not ready within ${formatDuration(waitedMs)}.`,
		state: lastFailure === void 0 ? status : `${status} ${describeFailure(lastFailure)}`
	};
}
function statusChanged(run, status) {
	return `${serverLabel(run)} reports "${status}".`;
}
function restoringOne(run, elapsed) {
	return `The restore of ${serverLabel(run)} was accepted ${elapsed} ago (last status: ${lastStatus(run)}); it usually takes 5 to 15 minutes.`;
}
/** It may be somebody else's. */
function restoringPerhapsForeign(run, elapsed) {
	return `The restore of ${serverLabel(run)} was first seen ${elapsed} ago (last status: ${lastStatus(run)}); it usually takes 5 to 15 minutes.`;
}
function restoringSeveral(count, run, elapsed) {
	return `${count} servers are restoring, ${serverLabel(run)} for ${elapsed}; a restore usually takes 5 to 15 minutes.`;
}
function restoreUnobservable(label) {
	return `VPS.org accepted the restore of ${label}; whether it has finished is unknown. Do not restore again.`;
}
function restoreFailed(run, id, status) {
	return certain("restore-failed", `The restore of ${serverLabel(run)} from snapshot ${id} failed: the server's status is "${status}".`, `${serverLabel(run)} is probably down, and its disk may be half-written.`, checkServer(run), {
		kind: "restore",
		snapshot: id
	}, advice("If that fails too, restore another snapshot, or contact VPS.org support."));
}
/** The server was found only by its name, and never seen restoring. */
function wrongServerPerhaps(run) {
	return {
		reason: "lost-answer",
		done: "unknown",
		what: `It is unknown whether ${serverLabel(run)} has been restored.`,
		state: `The API does not know server ${run.server.id} by its ID; the server of that name was never seen restoring.`,
		next: [checkServer(run), advice("Restore again only if it has not been restored.")]
	};
}
function checkingHealth(run, targets) {
	return `Checking that ${serverLabel(run)} is healthy: ${targets.join(", ")}.`;
}
function healthy(run) {
	return `${serverLabel(run)} passed its health check.`;
}
function unhealthy(run, waitedMs, failures) {
	return certain("health-check", `the health check failed`, `${serverLabel(run)} is running, but not healthy after ${formatDuration(waitedMs)}: ${failures.join("; ")}.`, checkApplication(run, run.task.state === "succeeded" && run.task.work === "restore"));
}

// src/policy/settle.ts
const READS = 3;
const CONFIRMATION_MS = 2e3;
const CONFIRMATION_READS = 2;
const CONFIRMATION_SHARE = .75;
/** One minute and three reads; by an accelerated clock twelve intervals and three reads. */
function settleWindow(config) {
	return windowOf(config, MINUTE_MS$1, 12);
}
/** 20 seconds (four intervals) and three reads: where there is no time for more, or an id that lists lack is looked for. */
function briefWindow(config) {
	return windowOf(config, 2e4, 4);
}
function windowOf(config, usualMs, intervals) {
	const intervalMs = acceleratedInterval(config);
	return {
		durationMs: intervalMs === void 0 ? usualMs : intervals * intervalMs,
		reads: READS
	};
}
/**
* How long to wait before a read that confirms another, in milliseconds: one read can come from a replica that lags
* behind. Two seconds; by an accelerated clock one interval.
*/
function confirmationGapMs(config) {
	return acceleratedInterval(config) ?? CONFIRMATION_MS;
}
/** What two reads in a row must fill that confirm each other. */
function confirmationWindow(config) {
	return {
		durationMs: CONFIRMATION_SHARE * confirmationGapMs(config),
		reads: CONFIRMATION_READS
	};
}
/** The interval to which everything keeps in time-lapse, in milliseconds; undefined where time runs as usual. */
function acceleratedInterval({ acceleratedClock, fixedIntervalMs }) {
	return acceleratedClock ? fixedIntervalMs : void 0;
}
/** As long, and as many reads, as so many windows one after the other. */
function times(count, window) {
	return {
		durationMs: count * window.durationMs,
		reads: count * window.reads
	};
}
/** Adds a read; a value other than the streak's begins a new one. */
function extendStreak(streak, value, at) {
	if (streak?.value !== value) return {
		value,
		since: at,
		last: at,
		reads: 1
	};
	return {
		value,
		since: streak.since,
		last: at,
		reads: streak.reads + 1
	};
}
/** Whether the streak fills the window, in time and in reads. */
function isSettled(streak, window) {
	if (streak === void 0) return false;
	return streak.last - streak.since >= window.durationMs && streak.reads >= window.reads;
}

// src/policy/schedule.ts
/** No input, however wrong, makes a hot loop; nor a delay beyond what timers take (they fire at once then). */
const SHORTEST_GAP_MS = 100;
const LONGEST_GAP_MS = DAY_MS;
const JITTER = .1;
const LATE_FROM_MS = 30 * MINUTE_MS$1;
const LATE_GAP_MS = 3e4;
/** The last look is taken this long before the deadline, so that what has ended is not reported as timed out. */
const LAST_LOOK_MS = 5e3;
/** Within the documented range of an operation its end is likely: there the gap is the same all along. */
const RANGE_GAP_MS = 7500;
const LONG = {
	leastMs: 3e3,
	share: .12,
	mostMs: 15e3
};
const SCHEDULES = {
	create: withinRange(CREATE_DURATION, proportional(LONG)),
	restore: withinRange(RESTORE_DURATION, proportional(LONG)),
	delete: proportional({
		leastMs: 1e3,
		share: .4,
		mostMs: 1e4
	}),
	power: proportional({
		leastMs: 2e3,
		share: .4,
		mostMs: 1e4
	}),
	settle: proportional({
		leastMs: 3e3,
		share: .3,
		mostMs: 1e4
	})
};
function proportional({ leastMs, share, mostMs }) {
	return (elapsedMs) => {
		return Math.min(elapsedMs < LATE_FROM_MS ? mostMs : LATE_GAP_MS, Math.max(leastMs, share * elapsedMs)) / 1.1;
	};
}
function withinRange({ fromMs, toMs }, otherwise) {
	return (elapsedMs) => elapsedMs >= fromMs && elapsedMs < toMs ? RANGE_GAP_MS : otherwise(elapsedMs);
}
/** The schedule of an operation, before jitter, in whole milliseconds. A time that is none (negative, NaN) counts as 0. */
function scheduleFor(name) {
	const interval = SCHEDULES[name];
	return (elapsedMs) => Math.floor(interval(elapsedMs > 0 ? elapsedMs : 0));
}
/** The gap ±10 %, so that jobs that began together do not poll in step. Milliseconds. */
function jittered(gapMs, random) {
	return bounded(Math.floor(gapMs * (.9 + 2 * JITTER * random())));
}
/**
* How long to wait before the next poll, in milliseconds: exactly the given interval, or the operation's schedule with
* jitter. Whatever the interval, the first look comes early, and the last one before the deadline.
*/
function nextDelay(next, config, random) {
	const { elapsedMs, remainingMs, minGapMs = 0 } = next;
	const interval = scheduleFor(next.schedule);
	const scheduledMs = jittered(Math.min(...elapsedMs.map(interval)), random);
	const regularMs = config.fixedIntervalMs === void 0 ? scheduledMs : bounded(config.fixedIntervalMs);
	const early = next.isFirst === true ? [scheduledMs, remainingMs / 2] : [];
	const confirming = next.isConfirming === true ? [confirmationGapMs(config)] : [];
	const wantedMs = Math.min(regularMs, ...early, ...confirming);
	return bounded(Math.max(beforeDeadline(wantedMs, remainingMs), minGapMs));
}
/** Shorter gaps bring a look in the last seconds by themselves; in these seconds the last look has been taken: none goes beyond. */
function beforeDeadline(delayMs, remainingMs) {
	if (delayMs < LAST_LOOK_MS || remainingMs <= LAST_LOOK_MS) return Math.min(delayMs, remainingMs);
	return Math.min(delayMs, remainingMs - LAST_LOOK_MS);
}
function bounded(ms) {
	return ms >= SHORTEST_GAP_MS ? Math.min(ms, LONGEST_GAP_MS) : SHORTEST_GAP_MS;
}

// src/waiting/poll.ts
const HEARTBEAT_MS = 6e4;
/** A client's result as an attempt: `judge` reads a good answer. */
function toAttempt(result, judge) {
	return result.ok ? judge(result.value) : {
		state: "unanswered",
		failure: result.failure
	};
}
/**
* Attempts until there is a value, a final failure or the deadline. Transient failures are tolerated until the deadline,
* said once, and said again when they end.
*/
async function poll(ctx, options, attempt) {
	const failures = failureLog(ctx);
	const isFinal = finality(ctx, options.answeredBefore ?? false);
	const heartbeat = heartbeatLog(ctx, options);
	let delay = options.startAfterDelay === true ? gapOf(ctx, options, { isFirst: true }) : 0;
	for (;;) {
		const remaining = options.deadline - ctx.clock.now();
		await ctx.clock.sleep(Math.max(0, Math.min(delay, remaining)), ctx.signal);
		if (ctx.clock.now() >= options.deadline) return {
			state: "expired",
			lastFailure: failures.last()
		};
		const seen = await attempt();
		if (seen.state === "done") return seen;
		if (seen.state === "unanswered") {
			if (seen.failure.kind === "expired") return {
				state: "expired",
				lastFailure: failures.last() ?? seen.failure.last
			};
			if (isFinal(seen.failure)) return {
				state: "refused",
				failure: seen.failure
			};
			const { retryAfterMs = 0 } = seen.failure;
			if (ctx.clock.now() + retryAfterMs >= options.deadline) return {
				state: "expired",
				lastFailure: seen.failure
			};
		} else isFinal(void 0);
		failures.note(seen.state === "unanswered" ? seen.failure : void 0);
		heartbeat();
		delay = gapOf(ctx, options, {
			minGapMs: seen.state === "unanswered" ? seen.failure.retryAfterMs ?? 0 : 0,
			isConfirming: options.isConfirming?.() ?? false
		});
	}
}
/**
* Tells whether a failure ends a wait; undefined is a good answer. What contradicts good answers to the same question has
* to hold for a settle window: a replica, a gateway or a token that is being rotated can say no once.
*/
function finality(ctx, answeredBefore) {
	let hasAnswered = answeredBefore;
	let streak;
	return (failure) => {
		if (failure === void 0) {
			hasAnswered = true;
			streak = void 0;
			return false;
		}
		if (isTransient(failure)) return false;
		if (!hasAnswered || !isContradiction(failure)) return true;
		streak = extendStreak(streak, String(failure.status), ctx.clock.now());
		return isSettled(streak, settleWindow(ctx.pace));
	};
}
/** What the API refuses to say although it has just said it: 401, 403, 404, and 409 or 423 while something else goes on. */
function isContradiction({ status = 0 }) {
	return status >= 400 && status < 500;
}
function gapOf(ctx, { schedule, began, deadline, elapsed }, more) {
	const now = ctx.clock.now();
	const elapsedMs = elapsed?.() ?? [now - began];
	return nextDelay({
		schedule,
		elapsedMs,
		remainingMs: deadline - now,
		...more
	}, ctx.pace, ctx.random);
}
/** Reads until something is certain at once, or has held for a settle window. */
function pollUntilStable(ctx, options, read, classify) {
	const { schedule = "settle", window = settleWindow(ctx.pace) } = options;
	let streak;
	let isFirst = true;
	const attempt = async () => {
		const result = read(isFirst);
		isFirst = false;
		return toAttempt(await result, (answer) => {
			const reading = classify(answer);
			if (reading.state === "done") return reading;
			if (reading.state === "moving") {
				streak = void 0;
				return { state: "pending" };
			}
			streak = extendStreak(streak, reading.as, ctx.clock.now());
			return isSettled(streak, reading.window ?? window) ? {
				state: "done",
				value: reading.value
			} : { state: "pending" };
		});
	};
	const { deadline, heartbeat, isConfirming = () => false, answeredBefore = false, startAfterDelay = false } = options;
	return poll(ctx, {
		schedule,
		began: ctx.clock.now(),
		deadline,
		heartbeat,
		isConfirming,
		answeredBefore,
		startAfterDelay
	}, attempt);
}
function failureLog(ctx) {
	let count = 0;
	let last;
	return {
		note: (failure) => {
			if (failure !== void 0 && count === 0) ctx.report.line(noAnswer(failure));
			if (failure === void 0 && count > 0) ctx.report.line(answersAgain(count));
			count = failure === void 0 ? 0 : count + 1;
			last = failure;
		},
		last: () => last
	};
}
function heartbeatLog(ctx, options) {
	let next = ctx.clock.now() + HEARTBEAT_MS;
	return () => {
		const now = ctx.clock.now();
		if (options.heartbeat === void 0 || now < next) return;
		next = now + HEARTBEAT_MS;
		const text = options.heartbeat(formatDuration(now - options.began));
		if (text !== void 0) ctx.report.line(text);
	};
}

// src/waiting/snapshot-reader.ts
/** The snapshots of some servers, or of all where none is named; only those that `keep` lets through. */
async function readSnapshots(ctx, servers, options, keep = () => true) {
	const answer = await readList(ctx, servers.length === 0 ? {} : { servers }, options);
	return answer.ok ? {
		ok: true,
		value: answer.value.snapshots.filter(keep)
	} : answer;
}
/**
* The snapshots of some servers as they were at one moment, where something is to be chosen from them: `consistent` says
* whether that could be had.
*/
function readForChoice(ctx, servers, options) {
	return readList(ctx, {
		servers,
		consistent: true
	}, options);
}
/** What the list of their servers says of snapshots that are known; one that names no server any more is known by its id. */
async function followSnapshots(ctx, known, options) {
	const answer = await readList(ctx, { servers: [...new Set(known.map(({ server }) => server.id))] }, options);
	if (!answer.ok) return answer;
	const { snapshots, unattributed } = answer.value;
	const byId = new Map(unattributed.map((item) => [item.id, item]));
	const followed = known.flatMap(({ id, server }) => {
		const item = byId.get(id);
		return item === void 0 ? [] : [{
			...item,
			server
		}];
	});
	return {
		ok: true,
		value: [...snapshots, ...followed]
	};
}
/** Looks for some ids in the whole list. */
async function findListed(ctx, ids, options) {
	const answer = await readList(ctx, {}, options);
	if (!answer.ok) return answer;
	const { snapshots, unattributed } = answer.value;
	const ownerless = unattributed.map(({ id }) => id).filter((id) => ids.has(id));
	return {
		ok: true,
		value: {
			snapshots: snapshots.filter(({ id }) => ids.has(id)),
			ownerless
		}
	};
}
/** Reads a list, and warns of each item that can be neither chosen nor deleted. */
async function readList(ctx, query, options) {
	const answer = await ctx.api.listSnapshots(query, options);
	if (!answer.ok) return answer;
	const news = notYetSaid(ctx, answer.value.oddItems);
	if (news.length > 0) ctx.report.warn(oddItems(news));
	return answer;
}
/** An odd item is said once, however often the list is read, and wherever it stands in it. */
function notYetSaid(ctx, items) {
	let unnamed = 0;
	return items.filter(({ id }) => isNews(ctx, `odd item ${id ?? `without id ${++unnamed}`}`));
}

// src/requests/messages.ts
function unclear$1(what, state, ...next) {
	return {
		reason: "lost-answer",
		done: "unknown",
		what,
		state,
		next
	};
}
const NO_SNAPSHOT_TAKEN = "No snapshot was taken.";
function createUnclear({ track, name }, state) {
	return unclear$1(`It is unknown whether a snapshot of ${serverLabel(track.run)} was started.`, state, {
		kind: "list",
		server: track.run.server.id
	}, advice(`If "${name}" is in the list, wait for it or delete it.`), { kind: "re-run" });
}
function lookingForCreated(lost) {
	return `${describeFailure(lost)} Checking whether the snapshot was started before anything is sent again.`;
}
/** The API says full, and its list has room: one of the two lags. */
function lookingForDoubled(run, refusal) {
	return `${describeFailure(refusal)} The list shows a free slot on ${serverLabel(run)}. Checking whether the snapshot was started after all.`;
}
function createdNothing(run) {
	return `The request had no effect: ${serverLabel(run)} has no snapshot with its key. Sending it once more.`;
}
function adopted({ id }) {
	return `The snapshot was started after all: ${id} (found by its key).`;
}
/** Why what was found, or was not, does not tell whether the request acted. */
function whyUnclear(found) {
	switch (found.state) {
		case "unmarked": return `Snapshot ${found.snapshot.id} is new and has the right name, but not this action's marker, so it may belong to somebody else. Nothing was sent again.`;
		case "none": return "The request was sent twice, and no snapshot with its key has appeared.";
		case "unclear": return found.reason;
	}
}
const LIST_UNREADABLE_FOR_LONG = "The time ran out before the list of snapshots could show it.";
function unclearAfterFailure(request, failure, found) {
	return createUnclear(request, `${describeFailure(failure)} ${whyUnclear(found)}`);
}
function unclearBeforeRepeating(request, found) {
	return createUnclear(request, `An earlier request got no response. ${whyUnclear(found)}`);
}
/** What became of an earlier, unanswered request must be said besides a refusal. */
function withUnanswered(request, { what, state }) {
	return createUnclear(request, [
		"An earlier request got no response, and no snapshot with its key has appeared.",
		what,
		state
	].filter((text) => text !== "").join(" "));
}
function answeredWithOld(request, { id }) {
	return createUnclear(request, `The API answered with snapshot ${id}, which existed before.`);
}
const CONSEQUENCE = "`keep-last`, `when-full` and `latest` will not see this snapshot.";
function markerImpossible(repository, { id }) {
	return `Snapshot ${id} has no valid marker, because GITHUB_REPOSITORY is "${repository}" and not owner/name: ${CONSEQUENCE}`;
}
function markerDropped({ id }) {
	return `VPS.org returned the description of snapshot ${id} without this action's marker: ${CONSEQUENCE}`;
}
function descriptionRefused(refusal, isNone) {
	const then = isNone ? `Trying without a description: ${CONSEQUENCE}` : "Trying with nothing but this action's marker in it.";
	return `${describeFailure(refusal)} ${then}`;
}
function nameRefused(refusal, shorter) {
	return `${describeFailure(refusal)} Trying with the name "${shorter}".`;
}
/** The error of a server without a free slot; the candidates show what holds them. */
function serverIsFull$1(run, facts) {
	const { snapshots, used, whenFull, keeps, deletable } = facts;
	const why = whenFull === "delete-oldest" ? ` ${whyStillFull(keeps, deletable)}` : "";
	return {
		...certain("no-free-slot", `No free snapshot slot on ${serverLabel(run)}: ${used === 5 ? `${5} of ${5}` : "all"} are in use.`, `${NO_SNAPSHOT_TAKEN}${why}`, ...stepsForFull(whenFull, deletable)),
		candidates: snapshots
	};
}
function whyStillFull(keeps, deletable) {
	return deletable === void 0 ? `No snapshot can be deleted automatically: ${keptBecause(keeps)}.` : "Somebody else took the freed slot.";
}
const DELETE_ONE = advice("Delete a snapshot.");
function stepsForFull(whenFull, deletable) {
	const again = { kind: "re-run" };
	if (deletable === void 0) return [DELETE_ONE, again];
	if (whenFull === "delete-oldest") return [again];
	const remove = {
		kind: "delete",
		snapshot: deletable.id
	};
	return whenFull === "not offered" ? [remove, again] : [
		remove,
		advice("Or set `when-full: delete-oldest`."),
		again
	];
}
/** The API says that it is full, and its list shows fewer snapshots than the documented limit. */
function fullByItsOwnWords(run, refusal, snapshots, state) {
	const what = `VPS.org takes no more snapshots of ${serverLabel(run)}.`;
	return {
		...certain("no-free-slot", what, `${describeFailure(refusal)} ${state}`, DELETE_ONE, { kind: "re-run" }),
		candidates: snapshots
	};
}
function deletingOldest(run, candidate, now) {
	return `${serverLabel(run)} is full. Deleting this workflow's oldest snapshot, ${snapshotLabel(candidate)} (${ageOf(candidate, now)}), to free a slot.`;
}
function notFreed({ id }, done) {
	return `${done === "unknown" ? `It is unknown whether snapshot ${id} was deleted to free a slot.` : `Snapshot ${id} was not deleted.`} ${NO_SNAPSHOT_TAKEN}`;
}
function slotsUnreadable(failure) {
	return `It is unknown whether the server is full: ${describeFailure(failure)} ${NO_SNAPSHOT_TAKEN}`;
}
function freedUnclear(snapshot) {
	return `A slot is free again, but it is unknown whether snapshot ${snapshotLabel(snapshot)} was deleted for it.`;
}
function freedByOther({ id }) {
	return `Snapshot ${id} had already been deleted by somebody else. Trying again.`;
}
function freed(snapshot, patienceMs) {
	return `Deleted snapshot ${snapshotLabel(snapshot)} to free a slot. Trying again for up to ${formatDuration(patienceMs)} until the slot is free.`;
}
function slotsChanged(run, used) {
	return `The API refused the snapshot, but the slots of ${serverLabel(run)} have changed since: ${used} of ${5} are in use. Trying again.`;
}
function slotNeverCameFree(run, refusal, used, patienceMs) {
	return certain("no-free-slot", `No snapshot slot of ${serverLabel(run)} became free within ${formatDuration(patienceMs)}.`, `The list shows ${used} of ${5} in use. ${describeFailure(refusal)} ${NO_SNAPSHOT_TAKEN}`, advice("Wait a few minutes."), { kind: "re-run" });
}
function refusedWithRoom(run, used, mayExist) {
	const slots = `The list shows ${used} of ${5} slots of ${serverLabel(run)} in use.`;
	return mayExist ? slots : `${slots} ${NO_SNAPSHOT_TAKEN}`;
}
function unreadableBeforeDelete({ id, server }) {
	return `Server ${server.id} could not be read before deleting snapshot ${id}: it may be restoring.`;
}
function deleteWhileRestoring({ id }, server, mayHaveActed) {
	return {
		reason: "already-restoring",
		done: mayHaveActed ? "unknown" : "nothing",
		what: `Snapshot ${id} was not deleted: ${server.name} (${server.id}) is being restored.`,
		state: mayHaveActed ? `It is unknown whether an earlier request deleted snapshot ${id}.` : "",
		next: [{
			kind: "follow",
			snapshot: id,
			isRestore: true
		}]
	};
}
function toDelete(snapshot) {
	const { server } = snapshot;
	return `snapshot ${snapshotLabel(snapshot)} of ${server.name === "" ? `server ${server.id}` : server.name}`;
}
function retireForbidden(snapshot, by) {
	return `\`${by}\` did not delete ${toDelete(snapshot)}: the server is being restored.`;
}
function retireUnclear(snapshot, by, failure) {
	return `It is unknown whether \`${by}\` deleted ${toDelete(snapshot)}. ${describeFailure(failure)}`;
}
function retireFailed(snapshot, by, failure) {
	return `\`${by}\` could not delete ${toDelete(snapshot)}. ${describeFailure(failure)} Delete it yourself if you need its slot.`;
}
function retired(snapshot, by, now) {
	return `Deleted ${toDelete(snapshot)} (${ageOf(snapshot, now)}): ${by}.`;
}
function stillListed(snapshot, by, asked) {
	const answer = asked === "deleted" ? "accepted the deletion" : "says that it does not exist";
	return `\`${by}\` asked to delete ${toDelete(snapshot)}. VPS.org ${answer}, but still lists it.`;
}
function retiredByOther(snapshot, by) {
	return `Nothing to delete for \`${by}\`: ${toDelete(snapshot)} is already gone.`;
}
function retentionUnreadable(failure) {
	return `\`keep-last\` deleted nothing: the list of snapshots could not be read. ${describeFailure(failure)}`;
}
const RETENTION_LIST_MOVES = "`keep-last` deleted nothing: the list of snapshots kept changing while it was read.";

// src/requests/find-created.ts
/** Reads until our key is seen, or missing from every good answer of a settle window. */
async function findCreated(ctx, probe) {
	return alsoCheckOtherServers(ctx, probe, await watchServer(ctx, probe));
}
async function watchServer(ctx, probe) {
	const { track, deadline } = probe;
	const end = await pollUntilStable(ctx, {
		deadline,
		answeredBefore: true
	}, () => readSnapshots(ctx, [track.run.server.id], {
		deadline,
		once: true
	}), (snapshots) => {
		const value = ownAmong(probe, snapshots);
		return value.state === "ours" ? {
			state: "done",
			value
		} : {
			state: "holding",
			as: value.state,
			value
		};
	});
	if (end.state === "done") return end.value;
	if (end.state === "refused") return {
		state: "unclear",
		reason: describeFailure(end.failure)
	};
	return {
		state: "unclear",
		reason: LIST_UNREADABLE_FOR_LONG
	};
}
/** One look for what an unanswered request may have made. */
async function checkOnce(ctx, probe) {
	const { track, deadline } = probe;
	const list = await readSnapshots(ctx, [track.run.server.id], { deadline });
	if (!list.ok) return {
		state: "unclear",
		reason: describeFailure(list.failure)
	};
	return alsoCheckOtherServers(ctx, probe, ownAmong(probe, list.value));
}
/**
* Looks for our key on every server, where that server's own list has none and it is named by a UUID: an API may list
* the snapshots under the server's number, where the list of that server, as it was named, does not show them.
*/
async function alsoCheckOtherServers(ctx, probe, nearby) {
	if (nearby.state !== "none" || !probe.track.run.server.id.includes("-")) return nearby;
	const { deadline, marker } = probe;
	const isOurs = ({ description }) => markerMatches(description, marker.key);
	const answer = await readSnapshots(ctx, [], { deadline }, isOurs);
	return answer.ok ? ownAmong(probe, answer.value) : {
		state: "unclear",
		reason: describeFailure(answer.failure)
	};
}
/** What a list of the server's snapshots says of the request. */
function ownAmong(probe, snapshots) {
	const [first, ...twins] = snapshots.filter(({ description }) => markerMatches(description, probe.marker.key));
	if (first !== void 0) return {
		state: "ours",
		snapshot: first,
		twins: twins.map((twin) => twin.id)
	};
	const unmarked = snapshots.find((snapshot) => snapshot.name === probe.name && !probe.before.has(snapshot.id) && parseMarker(snapshot.description) === void 0);
	return unmarked === void 0 ? { state: "none" } : {
		state: "unmarked",
		snapshot: unmarked
	};
}
/** Takes what carries our key for the answer to the request, and says so. */
function adopt(ctx, { snapshot, twins }) {
	ctx.report.line(adopted(snapshot));
	for (const twin of twins) ctx.report.warn(duplicate(snapshot.id, twin));
	return success(snapshot);
}

// src/policy/slot-refusal.ts
const SLOT_WORDS = /\b(?:limit|limits|maximum|max|quota|quotas|slot|slots|too many|at most)\b/;
const OTHER_WORDS = new RegExp(`\\b(?:${[
	"rate|requests?|calls?|api|throttled|throttling|retry|retries|attempts?",
	"length|characters?|size|disk|memory|cpu|bandwidth|traffic",
	"concurrent|concurrently|in progress|at a time|time limits?|timeout|seconds?|minutes?|hours?|hourly|daily"
].join("|")})\\b`);
/** What says no more than the status does. */
const EMPTY_WORDS = /* @__PURE__ */ new Set([
	"",
	"bad request",
	"conflict",
	"error",
	"forbidden",
	"invalid input",
	"invalid parameters",
	"invalid request",
	"unprocessable content",
	"unprocessable entity",
	"validation error"
]);
/**
* Whether a refused create may be refused because the server has no free slot, so that deleting a snapshot can help:
* the refusal speaks of a limit, whatever the length of the list, or it says nothing of its own and the list is full.
* Never where it names a field or another reason.
* @param listLength how many snapshots the server's list shows
*/
function slotsCanBeTheReason({ detail, fields }, listLength) {
	if (fields.length > 0) return false;
	const words = detail.toLowerCase().replace(/[_-]/g, " ");
	if (SLOT_WORDS.test(words)) return !OTHER_WORDS.test(words);
	return EMPTY_WORDS.has(words.trim().replace(/[.!]$/, "")) && listLength >= 5;
}

// src/policy/retention.ts
/** Another run may still need a younger one, for its rollback. */
const YOUNG_MS = HOUR_MS;
/** In a burst of deploys even a young one may go, but none that a run may still be deploying on. */
const BURST_AGE_MS = 10 * MINUTE_MS$1;
const BURST_NEWER = 3;
/**
* What `keep-last` deletes after a successful job: this workflow's own snapshots that are older than the one that this
* run made and not among the newest `keepLast` completed ones; own failed ones first, then the oldest. Where the ages
* of the completed ones cannot be compared, none of them.
* @param options `made`: what this run made on the server, if anything; `madeIsDeleted`: `delete-on: success` deletes
* it, so that it is none of the newest
*/
function planKeepLast(facts, options) {
	const { keepLast, made: madeId, madeIsDeleted } = options;
	const survey = surveyOf(facts);
	const made = survey.snapshots.find(({ id }) => id === madeId);
	const counted = survey.ranked?.filter(({ id }) => !madeIsDeleted || id !== madeId);
	const count = keepLast >= 1 ? keepLast : Number.POSITIVE_INFINITY;
	const spared = new Set(counted?.slice(0, count));
	return planOf(survey, (snapshot) => {
		const reason = ownershipReason(snapshot, survey) ?? stateReason(snapshot, survey);
		if (reason?.kind === "manual" && snapshot === made) return { kind: "unmarked" };
		if (reason !== void 0) return reason;
		if (spared.has(snapshot)) return {
			kind: "newest",
			count
		};
		return ageReason(snapshot, survey) ?? orderReason(snapshot, made);
	});
}
/**
* What `when-full: delete-oldest` deletes to free a slot: one at most, this workflow's own oldest, a failed one before
* all. In a burst of deploys that may be one of ten minutes, if it is the oldest and three newer ones are completed.
*/
function planFullServer(facts) {
	const survey = surveyOf(facts);
	const isCandidate = (snapshot) => ownershipReason(snapshot, survey) === void 0 && stateReason(snapshot, survey) === void 0;
	const candidates = survey.snapshots.filter(isCandidate).sort(deletionOrder(survey));
	const firstCompleted = candidates.find(isCompleted);
	const chosen = candidates.find((snapshot) => ageReason(snapshot, survey) === void 0) ?? candidates.find((snapshot) => (isFailed(snapshot) || snapshot === firstCompleted) && mayGoInBurst(snapshot, survey));
	return planOf(survey, (snapshot) => {
		if (snapshot === chosen) return void 0;
		return ownershipReason(snapshot, survey) ?? stateReason(snapshot, survey) ?? ageReason(snapshot, survey) ?? { kind: "not-oldest" };
	});
}
function surveyOf(facts) {
	const snapshots = uniqueById(facts.snapshots);
	const own = snapshots.filter(({ description }) => isRetained(parseMarker(description), facts.run));
	return {
		...facts,
		snapshots,
		own,
		ranked: rankNewestFirst(own.filter(isCompleted))
	};
}
function planOf(survey, reasonOf) {
	const judged = survey.snapshots.toSorted(compareNewestFirst).map((snapshot) => ({
		snapshot,
		reason: reasonOf(snapshot)
	}));
	const keeps = judged.flatMap(({ snapshot, reason }) => reason === void 0 ? [] : [{
		snapshot,
		reason
	}]);
	return {
		deletes: judged.flatMap(({ snapshot, reason }) => reason === void 0 ? [snapshot] : []).sort(deletionOrder(survey)),
		keeps
	};
}
/** Failed ones first, then the oldest first. */
function deletionOrder({ ranked = [] }) {
	return (a, b) => Number(isFailed(b)) - Number(isFailed(a)) || ranked.indexOf(b) - ranked.indexOf(a) || compareNewestFirst(b, a);
}
/** Only what this workflow made for a deploy or on schedule is subject to retention at all. */
function isRetained(marker, run) {
	return isOwn(marker, run) && (marker?.purpose === "deploy" || marker?.purpose === "schedule");
}
function ownershipReason({ description }, { run }) {
	const marker = parseMarker(description);
	if (marker === void 0) return { kind: "manual" };
	if (!isThisRepository(marker, run)) return { kind: "other-repository" };
	if (marker.purpose === "safety" || marker.purpose === "keep") return { kind: marker.purpose };
	if (!isOwn(marker, run)) return { kind: "other-workflow" };
	return madeByThisRun(marker, run) ? { kind: "this-run" } : void 0;
}
function stateReason(snapshot, { ranked }) {
	if (isFailed(snapshot)) return void 0;
	if (!isCompleted(snapshot)) return { kind: "unfinished" };
	return ranked === void 0 ? { kind: "not-comparable" } : void 0;
}
function ageReason(snapshot, { own, now }) {
	const age = ageOf$1(snapshot, now);
	if (age.state === "unknown") return { kind: "unreadable-date" };
	if (age.state === "future") return own.some((other) => isDatedLater(other, snapshot, YOUNG_MS)) ? void 0 : { kind: "future-date" };
	if (age.atLeastMs > YOUNG_MS) return void 0;
	return {
		kind: "too-young",
		deletableFrom: now + YOUNG_MS - age.atLeastMs
	};
}
function orderReason(snapshot, made) {
	if (made === void 0) return void 0;
	const order = compareAge(snapshot, made);
	if (order === "older") return void 0;
	return { kind: order === "newer" ? "newer" : "not-comparable" };
}
function mayGoInBurst(snapshot, { own, now }) {
	const age = ageOf$1(snapshot, now);
	const newer = own.filter((other) => isCompleted(other) && compareAge(other, snapshot) === "newer");
	return age.state === "known" && age.atLeastMs > BURST_AGE_MS && newer.length >= BURST_NEWER;
}
function isFailed(snapshot) {
	return snapshotPhase(snapshot.status) === "failed";
}

// src/waiting/deletions.ts
/**
* Waits until no list holds what was deleted, with one request a poll: a deletion can take seconds, and a maintenance page
* deletes nothing. One list can be empty by mistake, or of a replica that knows nothing: two in a row, some seconds apart,
* must lack it.
* @param deadline clock milliseconds
* @param onGone told of each as soon as it is known to be gone: what cuts off the wait takes nothing of that back
* @returns how the wait ended, and what is not known to be gone
*/
async function awaitGone(ctx, deleted, deadline, onGone = () => void 0) {
	let left = deleted;
	let lackedBefore = /* @__PURE__ */ new Set();
	const attempt = async () => {
		return toAttempt(await followSnapshots(ctx, left, {
			deadline,
			once: true
		}), (snapshots) => {
			const listed = new Set(snapshots.map(({ id }) => id));
			const isGone = ({ id }) => !listed.has(id) && lackedBefore.has(id);
			for (const { id } of left.filter(isGone)) onGone(id);
			left = left.filter((snapshot) => !isGone(snapshot));
			lackedBefore = new Set(left.map(({ id }) => id).filter((id) => !listed.has(id)));
			return left.length === 0 ? {
				state: "done",
				value: true
			} : { state: "pending" };
		});
	};
	const began = ctx.clock.now();
	const isConfirming = () => lackedBefore.size > 0;
	return {
		end: await poll(ctx, {
			schedule: "delete",
			began,
			deadline,
			answeredBefore: true,
			isConfirming
		}, attempt),
		left: new Set(left.map(({ id }) => id))
	};
}
const LISTED_TIME_MS = 3e4;
/** Waits a little until no list holds one snapshot that is said to be gone. */
async function awaitOneGone(ctx, snapshot, deadline) {
	const until = Math.min(deadline, ctx.clock.now() + LISTED_TIME_MS);
	return (await awaitGone(ctx, [snapshot], until)).end;
}

// src/http/pacing.ts
/** As many requests as may be sent within `BURST_WINDOW_MS` while no limiter has answered, unless told otherwise. */
const BURST = 10;
const BURST_WINDOW_MS = 1e3;
/** The distance after a limiter's first answer that does not say what it allows; it doubles with each further one. */
const FIRST_DISTANCE_MS = 1e3;
/** The longest distance; a limiter that wants more says so with `Retry-After`. */
const LONGEST_DISTANCE_MS = 6e4;
const SHORTEST_DISTANCE_MS = 25;
const MARGIN = 1.1;
const FIRST_PATIENCE = 5;
const UNLIMITED = {
	burst: 10,
	sent: [],
	distanceMs: 0,
	holdUntil: Number.NEGATIVE_INFINITY,
	grewAt: Number.NEGATIVE_INFINITY,
	successes: 0,
	patience: FIRST_PATIENCE
};
/**
* When a request may be sent.
* @param ahead how many others go before it
* @returns clock milliseconds, possibly in the past
*/
function slotAfter(pace, ahead) {
	let sent = pace.sent;
	let slot = earliestSlot(pace, sent);
	for (let before = 0; before < ahead; before += 1) {
		sent = [...sent, slot].slice(-10);
		slot = earliestSlot(pace, sent);
	}
	return slot;
}
function earliestSlot({ burst, distanceMs, holdUntil }, sent) {
	const oldest = sent.length < burst ? void 0 : sent[0];
	const afterBurst = oldest === void 0 ? Number.NEGATIVE_INFINITY : oldest + BURST_WINDOW_MS;
	const last = sent.at(-1) ?? Number.NEGATIVE_INFINITY;
	return Math.max(holdUntil, afterBurst, last + distanceMs * MARGIN);
}
/** The pace once a request has been sent. */
function afterSending(pace, now) {
	return {
		...pace,
		sent: [...pace.sent, now].slice(-10)
	};
}
/** The pace once a limiter has refused a request: a distance that it named, else twice the one before. */
function afterRefusal$1(pace, limit, { sentAt }, now) {
	const grows = sentAt > pace.grewAt;
	const doubled = Math.max(FIRST_DISTANCE_MS, pace.distanceMs * 2);
	const named = limit.distanceMs ?? 0;
	const wanted = named > pace.distanceMs ? named : doubled;
	const distanceMs = grows ? Math.min(LONGEST_DISTANCE_MS, wanted) : pace.distanceMs;
	const holdUntil = Math.max(pace.holdUntil, now + (limit.waitMs ?? distanceMs));
	if (!grows) return {
		...pace,
		holdUntil
	};
	const patience = pace.distanceMs === 0 ? pace.patience : pace.patience * 2;
	return {
		...pace,
		distanceMs,
		holdUntil,
		grewAt: now,
		successes: 0,
		patience
	};
}
/**
* The pace once a request was accepted. Half of the distance is tried after a number of requests that were sent about as
* soon as it allowed; one that came after a long pause proves nothing.
*/
function afterAcceptance(pace, { sentAt, gapMs }) {
	if (pace.distanceMs === 0 || sentAt <= pace.grewAt || gapMs > pace.distanceMs * 2) return pace;
	const successes = pace.successes + 1;
	if (successes < pace.patience) return {
		...pace,
		successes
	};
	const half = pace.distanceMs / 2;
	return {
		...pace,
		successes: 0,
		distanceMs: half < SHORTEST_DISTANCE_MS ? 0 : half
	};
}
/** Keeps the distance between all requests of a process. */
var Pacer = class {
	#clock;
	#changes = [];
	#reads = [];
	#pace;
	/** The route whose refusal said that nothing is to be sent for a while. */
	#heldBy;
	constructor(clock, burst = 10) {
		this.#clock = clock;
		this.#pace = {
			...UNLIMITED,
			burst
		};
	}
	/**
	* Waits until a request may be sent, which is then to be done at once.
	* @returns at once with `ok: false` where that is not before the deadline
	* @throws the signal's reason when it is aborted
	*/
	async turn({ isChange, isDue = false, route, deadline, signal }) {
		const queue = isChange ? this.#changes : this.#reads;
		const ticket = {};
		queue.push(ticket);
		try {
			for (;;) {
				const ahead = queue.indexOf(ticket) + (isChange ? 0 : this.#changes.length);
				const now = this.#clock.now();
				const slot = this.#slotOf(route, ahead, deadline, isDue);
				if (slot <= now) return this.#take(route, now);
				if (slot >= deadline) return {
					ok: false,
					waitMs: slot - now
				};
				await this.#clock.sleep(Math.ceil(slot - now), signal);
			}
		} finally {
			queue.splice(queue.indexOf(ticket), 1);
		}
	}
	/**
	* A limiter that wants more time than there is may count only what it refused: the list may be used up for an hour, and
	* a restore be let through. What would never be sent for another route's sake is tried; and what is due in any case.
	*/
	#slotOf(route, ahead, deadline, isDue) {
		const slot = slotAfter(this.#pace, ahead);
		if (slot < deadline) return slot;
		if (isDue) return slotAfter({
			...this.#pace,
			holdUntil: Number.NEGATIVE_INFINITY,
			distanceMs: 0
		}, ahead);
		if (route === this.#heldBy) return slot;
		return slotAfter({
			...this.#pace,
			holdUntil: Number.NEGATIVE_INFINITY
		}, ahead);
	}
	/**
	* Told of each answer.
	* @param limit what a limiter said, where it was one that answered
	*/
	answered(sent, limit) {
		if (limit !== void 0) this.#heldBy = sent.route;
		this.#pace = limit === void 0 ? afterAcceptance(this.#pace, sent) : afterRefusal$1(this.#pace, limit, sent, this.#clock.now());
	}
	#take(route, now) {
		const gapMs = now - (this.#pace.sent.at(-1) ?? Number.NEGATIVE_INFINITY);
		this.#pace = afterSending(this.#pace, now);
		return {
			ok: true,
			sentAt: now,
			gapMs,
			route
		};
	}
};

// src/http/scrub.ts
const MASK = "***";
/**
* Makes a function that replaces `secret` by `***`: as it is, URL-encoded, and as JSON writes it. Its time grows with
* the length of the text and of nothing else.
*/
function scrubberOf(secret) {
	const forms = formsOf(secret).filter((form) => form !== "").sort((one, other) => other.length - one.length);
	return (text) => forms.reduce((rest, form) => rest.replaceAll(form, MASK), text);
}
function formsOf(secret) {
	const encoded = encodeURIComponent(secret.toWellFormed());
	const forms = [
		secret,
		encoded,
		encoded.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
		encoded.replaceAll("%20", "+"),
		JSON.stringify(secret).slice(1, -1)
	];
	return [...new Set(forms)];
}

// src/vps/retry.ts
/** The first delay is at most this; each further one at most twice the one before. */
const RETRY_BASE_MS = 1e3;
/** No delay of our own choice is longer. */
const RETRY_CAP_MS = 3e4;
/** No delay is shorter: no hot loop, whatever the API asks for. */
const RETRY_MINIMUM_MS = 250;
/** Of unbroken failure, after which a read is given up, however far the deadline is. */
const RETRY_PATIENCE_MS = 3e5;
/**
* Whether a request that failed so may be sent again as it is. GET and DELETE do the same when done twice; a POST is
* repeated only when it certainly did nothing: the connection was never made, or a limiter counted it away (429).
*/
function isRetryable(failure) {
	const { kind, method, status } = failure;
	if (method === "POST") return kind === "unreachable" || kind === "refused" && status === 429;
	return isTransient(failure) && kind !== "redirect" && kind !== "oversized";
}
/**
* Whether a change that failed so may be sent again, and again, after looks that show that nothing has happened: what
* stopped it may pass, and it had no effect.
*/
function isRetryableAfterLook(failure) {
	return isRetryable(failure) || isMomentaryRefusal(failure) || isTransient(failure) && didNothing(failure);
}
/**
* How many milliseconds to wait before the request is sent again; undefined: it is given up now. Exponential with full
* jitter, at least what the API asked for, and never so long that the deadline or a read's patience would pass.
*/
function retryDelay(question) {
	const { failure, sent, now, began, deadline, random, afterLook = false } = question;
	if (!(afterLook ? isRetryableAfterLook(failure) : isRetryable(failure))) return void 0;
	const delay = Math.max(250, random() * backoff(sent), failure.retryAfterMs ?? 0);
	const limit = failure.method === "GET" ? Math.min(deadline, began + RETRY_PATIENCE_MS) : deadline;
	return now + delay < limit ? delay : void 0;
}
/** The longest delay after so many tries, from 1: 1, 2, 4 … 30 s, in milliseconds. */
function backoff(tries) {
	return Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** (tries - 1));
}

// src/vps/caller.ts
/** For one exchange that only reads. */
const READ_TIMEOUT_MS = 3e4;
/** For one exchange that changes something. */
const WRITE_TIMEOUT_MS = 6e4;
const CONNECTION_TIME_MS = 1e3;
const TIMER_SLACK_MS = 5;
/** That a POST or DELETE on its way may still take once the signal is aborted. */
const CANCEL_GRACE_MS = 1e3;
/** Sends calls: pace, time-outs, repetitions, cancellation, and the translation of what comes back. */
var Caller = class {
	#settings;
	#base;
	#scrub;
	#pacer;
	/** What each request that failed was answered last. */
	#failures = /* @__PURE__ */ new Map();
	/** What was answered last by whatever slows all requests down. */
	#limited;
	constructor(settings) {
		this.#settings = settings;
		this.#base = settings.apiUrl.href.replace(/\/+$/, "");
		this.#scrub = scrubberOf(settings.token);
		this.#pacer = new Pacer(settings.clock, settings.burst);
	}
	/** Sends a call until there is an answer, or it is given up. Rejects only when the signal is aborted. */
	async call(call, options) {
		const { clock, random, signal, onRetry } = this.#settings;
		const { deadline, isDue = false } = options;
		const began = clock.now();
		let mayHaveActed = false;
		let last;
		for (let sent = 1;; sent += 1) {
			const attempt = {
				deadline,
				turnBy: sent > 1 && call.method === "GET" ? Math.min(deadline, began + RETRY_PATIENCE_MS) : deadline,
				isDue,
				sent,
				mayHaveActed
			};
			const result = this.#remembered(call, await this.#attempt(call, attempt));
			if (!result.ok && result.failure.repeated === 0 && last !== void 0) return last;
			if (result.ok || options.once === true || signal.aborted) return result;
			last = result;
			const { failure } = result;
			const delayMs = retryDelay({
				failure,
				sent,
				now: clock.now(),
				began,
				deadline,
				random
			});
			if (delayMs === void 0) return result;
			onRetry?.({
				failure,
				delayMs
			});
			mayHaveActed ||= isAmbiguous(failure);
			await clock.sleep(delayMs, signal);
		}
	}
	/** A failure that was found in the answers themselves. */
	failure(call, kind, detail) {
		const { method, path } = call;
		return {
			kind,
			method,
			path: this.#clean(path),
			detail: this.#clean(detail),
			repeated: 1
		};
	}
	async #attempt(call, attempt) {
		const { clock, signal } = this.#settings;
		const { deadline, turnBy, isDue } = attempt;
		signal.throwIfAborted();
		const isChange = call.method !== "GET";
		if (clock.now() >= deadline) return this.#failed(call, {
			kind: "expired",
			detail: "",
			repeated: 0
		});
		const turn = await this.#pacer.turn({
			isChange,
			isDue,
			route: routeOf(call),
			deadline: turnBy,
			signal
		});
		signal.throwIfAborted();
		if (!turn.ok) {
			const last = this.#limited && {
				...this.#limited,
				retryAfterMs: turn.waitMs
			};
			return this.#failed(call, {
				kind: "expired",
				detail: "",
				repeated: 0,
				...last && { last }
			});
		}
		const limit = isChange ? WRITE_TIMEOUT_MS : READ_TIMEOUT_MS;
		const timeoutMs = Math.min(limit, deadline - turn.sentAt);
		const sending = await this.#send(this.#requestOf(call), timeoutMs);
		this.#debug(call, sending, clock.now() - turn.sentAt);
		if (!sending.ok) {
			const { kind, reason, code } = sending.failure;
			const facts = {
				detail: reason,
				repeated: attempt.sent,
				...code === void 0 ? {} : { code }
			};
			if (timeoutMs === limit) return this.#failed(call, {
				kind,
				...facts
			});
			const isOver = clock.now() + TIMER_SLACK_MS >= deadline;
			if (kind === "unreachable" && isOver && timeoutMs < CONNECTION_TIME_MS) return this.#failed(call, {
				kind: "expired",
				...facts,
				repeated: 0
			});
			return this.#failed(call, {
				kind: kind === "timeout" ? "expired" : kind,
				...facts
			});
		}
		this.#settings.onAnswer?.(sending.answer);
		const result = this.#decode(call, sending.answer, attempt);
		const isLimited = !result.ok && isThrottled(result.failure);
		if (isLimited) this.#limited = result.failure;
		this.#pacer.answered(turn, isLimited ? readRateLimit(sending.answer.headers, clock.now()) : void 0);
		return result;
	}
	/**
	* That there was no time says nothing of the API: what it answered to the same request before goes with it. A change
	* that was cut off by the deadline may have been acted on, which outweighs that.
	*/
	#remembered({ method, path, body = "" }, result) {
		const request = `${method} ${withoutQuery(path)} ${body}`;
		if (result.ok) {
			this.#failures.delete(request);
			return result;
		}
		const { failure } = result;
		if (failure.kind !== "expired") this.#failures.set(request, failure);
		const last = failure.last ?? this.#failures.get(request);
		const isUnclear = failure.repeated > 0 && method !== "GET";
		if (failure.kind !== "expired" || last === void 0 || isUnclear) return result;
		return {
			ok: false,
			failure: {
				...failure,
				last
			}
		};
	}
	#requestOf(call) {
		const { token } = this.#settings;
		const headers = {
			Authorization: `Bearer ${token}`,
			"Content-Type": "application/json",
			Accept: "application/json",
			"User-Agent": "vps-snapshot-action"
		};
		const request = {
			method: call.method,
			url: new URL(this.#base + call.path),
			headers
		};
		return call.body === void 0 ? request : {
			...request,
			body: call.body
		};
	}
	/** A request that changes something is not torn up at once by a cancel: its answer is worth a moment. */
	async #send(request, timeoutMs) {
		const { transport, clock, signal } = this.#settings;
		if (request.method === "GET") return await transport.send(request, {
			timeoutMs,
			signal
		});
		const cut = new AbortController();
		const answered = new AbortController();
		const onAbort = () => {
			const stop = () => cut.abort(signal.reason);
			clock.sleep(CANCEL_GRACE_MS, answered.signal).then(stop, () => void 0);
		};
		signal.addEventListener("abort", onAbort);
		try {
			return await transport.send(request, {
				timeoutMs,
				signal: cut.signal
			});
		} finally {
			signal.removeEventListener("abort", onAbort);
			answered.abort();
		}
	}
	#decode(call, answer, { sent, mayHaveActed }) {
		const { status } = answer;
		if (status >= 200 && status < 300) return this.#accept(call, answer, sent);
		if (status >= 300 && status < 400) {
			const detail = this.#targetOf(call, answer);
			return this.#failed(call, {
				kind: "redirect",
				status,
				httpStatus: status,
				detail,
				repeated: sent
			});
		}
		const facts = this.#readRefusal(answer);
		if (facts.status === 404 && call.onMissing !== void 0) return {
			ok: true,
			value: call.onMissing(mayHaveActed)
		};
		return this.#failed(call, {
			...facts,
			repeated: sent
		});
	}
	#accept(call, answer, repeated) {
		const { status, body } = answer;
		const isEmpty = body.trim() === "";
		if ("value" in call.decode && isEmpty) return {
			ok: true,
			value: call.decode.value
		};
		const parsed = parseJson(body, this.#scrub);
		if (parsed.ok ? call.method !== "GET" && saysNo(parsed.value) : isPage(body)) return this.#failed(call, {
			...this.#readRefusal(answer),
			repeated
		});
		const seen = {
			status,
			httpStatus: status,
			repeated
		};
		if (!parsed.ok) {
			const detail = isEmpty ? EMPTY : NOT_JSON;
			return this.#failed(call, {
				kind: "unreadable",
				detail,
				...seen
			});
		}
		if ("value" in call.decode) return {
			ok: true,
			value: call.decode.value
		};
		const reading = call.decode.read(parsed.value);
		if (reading.ok) return reading;
		const { kind = "unreadable", problem: detail } = reading;
		return this.#failed(call, {
			kind,
			detail,
			...seen
		});
	}
	#readRefusal(answer) {
		return readRefusal(answer, this.#scrub, this.#settings.clock.now());
	}
	#targetOf(call, answer) {
		const { location } = answer.headers;
		const target = location === void 0 ? null : URL.parse(location, this.#base + call.path);
		if (target === null) return NO_TARGET;
		return pointsTo(`${target.protocol}//${target.host}${target.pathname}`);
	}
	#failed(call, found) {
		const { method } = call;
		return {
			ok: false,
			failure: {
				...found,
				method,
				path: this.#clean(call.path),
				detail: this.#clean(found.detail)
			}
		};
	}
	#debug({ method, path }, result, tookMs) {
		const outcome = result.ok ? String(result.answer.status) : `${result.failure.kind} (${result.failure.reason})`;
		this.#settings.debug?.(this.#clean(`${method} ${path}: ${outcome} after ${tookMs} ms`));
	}
	#clean(text) {
		return truncate(this.#scrub(text));
	}
};
function routeOf({ method, path }) {
	return `${method} ${withoutQuery(path).replace(/\/[0-9][^/]*|\/[0-9a-f-]{36}/gi, "/*")}`;
}
function withoutQuery(path) {
	return path.replace(/\?.*/s, "");
}

// src/requests/retry-state.ts
/** How long a refusal of the moment is taken for one, where the operation has that much time. */
const BUSY_PATIENCE_MS = 2 * MINUTE_MS$1;
/** The last try comes this long before the end: time for a look, the request and its answer. */
const LAST_TRY_MS = 1e4;
/** A limiter that wants more time than there is gets no more requests than one in such a while. */
const LIMITER_PAUSE_MS = 5 * MINUTE_MS$1;
/**
* Waits, where a request that changes something may be sent again once a look has shown that nothing has happened: after a
* limiter, a gateway's page, or a refusal of the moment; a DELETE after any transient failure. Minutes may pass: the
* caller reads anew what its request depends on.
* @returns whether the request may be sent again
*/
async function backOff(ctx, failure, state, limits) {
	state.tries += 1;
	const delayMs = delayOf(ctx, failure, state, limits);
	if (delayMs === void 0) return false;
	const { tries, busySince } = state;
	const lastedMs = tries > 1 && busySince !== void 0 ? ctx.clock.now() - busySince : 0;
	ctx.logRetry({
		failure,
		delayMs,
		lastedMs: isMomentaryRefusal(failure) ? lastedMs : 0
	});
	await ctx.clock.sleep(delayMs, ctx.signal);
	return true;
}
function delayOf(ctx, failure, state, { deadline, patienceMs = BUSY_PATIENCE_MS, isDue = false }) {
	const now = ctx.clock.now();
	const isBusy = isMomentaryRefusal(failure);
	const ownMs = isBusy ? busyGap(ctx, state) : otherGap(ctx, failure, state);
	if (ownMs === void 0) return void 0;
	const busySince = state.busySince ?? now;
	if (isBusy) state.busySince = busySince;
	const leftMs = (isBusy ? Math.min(deadline, busySince + patienceMs) : deadline) - now;
	const askedMs = failure.retryAfterMs ?? 0;
	if (askedMs < leftMs) return fitted(Math.max(ownMs, askedMs), askedMs, leftMs);
	if (!isDue) return void 0;
	return fitted(Math.max(ownMs, isThrottled(failure) ? LIMITER_PAUSE_MS : 0), 0, leftMs);
}
/** A wait that would leave no time for another try is shortened to one that does, as far as the API allows. */
function fitted(wantedMs, leastMs, leftMs) {
	const lastMs = leftMs - LAST_TRY_MS;
	if (wantedMs > lastMs && lastMs >= Math.max(leastMs, 250)) return lastMs;
	return wantedMs < leftMs ? wantedMs : void 0;
}
function busyGap(ctx, { tries }) {
	return jittered(acceleratedInterval(ctx.pace) ?? backoff(tries), ctx.random);
}
function otherGap(ctx, failure, { tries }) {
	const now = ctx.clock.now();
	const { random } = ctx;
	const own = {
		...failure,
		retryAfterMs: 0
	};
	const deadline = Number.POSITIVE_INFINITY;
	return retryDelay({
		failure: own,
		sent: tries,
		now,
		began: now,
		deadline,
		random,
		afterLook: true
	});
}
/** What contradicts good answers where it comes once: a replica, a gateway, a token that is being rotated. */
const CONTRADICTIONS = /* @__PURE__ */ new Set([
	401,
	403,
	404
]);
/**
* Waits, where a 401, 403 or 404 has not yet held for a settle window: what was allowed and there when the job began is
* not believed to be otherwise for a single answer.
* @returns whether the request may be sent again
*/
async function outlast(ctx, failure, state, deadline) {
	const { status = 0 } = failure;
	if (!CONTRADICTIONS.has(status)) return false;
	const now = ctx.clock.now();
	state.contradicted = extendStreak(state.contradicted, String(status), now);
	if (isSettled(state.contradicted, settleWindow(ctx.pace))) return false;
	const elapsedMs = [now - state.contradicted.since];
	const remainingMs = deadline - now;
	const delayMs = nextDelay({
		schedule: "settle",
		elapsedMs,
		remainingMs
	}, ctx.pace, ctx.random);
	ctx.logRetry({
		failure,
		delayMs
	});
	await ctx.clock.sleep(delayMs, ctx.signal);
	return ctx.clock.now() < deadline;
}

// src/requests/delete-snapshot.ts
async function deleteSnapshot$1(ctx, snapshot, deadline, { recheck, onSent, onRefused } = {}) {
	const retry = { tries: 0 };
	let mayHaveActed = false;
	let mayBeOurs = false;
	const gone = () => mayHaveActed ? { state: "deleted" } : {
		state: "gone",
		mayBeOurs
	};
	for (;;) {
		const allowed = await checkDeletable(ctx, snapshot, deadline, {
			isFirst: retry.tries === 0,
			mayHaveActed
		});
		if (!allowed.ok) return {
			state: "forbidden",
			problem: allowed.problem
		};
		onSent?.();
		const answer = await ctx.api.deleteSnapshot(snapshot.id, {
			deadline,
			once: true
		});
		if (answer.ok) return answer.value === "deleted" ? { state: "deleted" } : gone();
		mayHaveActed ||= isAmbiguous(answer.failure);
		mayBeOurs ||= isFromIntermediary(answer.failure);
		if (!mayHaveActed) onRefused?.();
		if (!await backOff(ctx, answer.failure, retry, { deadline })) return {
			state: "failed",
			failure: answer.failure,
			mayHaveActed
		};
		const look = await recheck?.() ?? "wanted";
		if (look === "not wanted") return {
			state: look,
			mayHaveActed
		};
		if (look === "gone") return gone();
	}
}
/**
* A snapshot whose server is being restored is not deleted: it may be the one that the restore reads.
* @param facts `isFirst`: whether an unreadable server is worth a warning; `mayHaveActed`: whether an earlier request
*   may have been obeyed
*/
async function checkDeletable(ctx, snapshot, deadline, { isFirst, mayHaveActed } = {
	isFirst: true,
	mayHaveActed: false
}) {
	const until = Math.min(deadline, ctx.clock.now() + READ_TIMEOUT_MS);
	const answer = await ctx.api.readServer({ id: snapshot.server.id }, {
		deadline: until,
		once: !isFirst
	});
	if (!answer.ok) {
		if (isFirst) ctx.report.warn(unreadableBeforeDelete(snapshot));
		return success(void 0);
	}
	if (serverPhase(answer.value.status) !== "restoring") return success(void 0);
	return failed(deleteWhileRestoring(snapshot, answer.value, mayHaveActed));
}

// src/requests/free-slot.ts
/** The one snapshot that `when-full: delete-oldest` may delete; undefined where there is none. */
function slotCandidate(ctx, snapshots) {
	return planFullServer({
		snapshots,
		run: ctx.origin,
		now: apiNow(ctx)
	}).deletes[0];
}
/** The problem of a server without a free slot: what is there, and what a person can do. */
function serverIsFull(ctx, run, snapshots, whenFull) {
	const used = Math.max(run.slots ?? 0, snapshots.length);
	const others = snapshots.filter(({ id }) => id !== run.target?.id);
	const { deletes, keeps } = planFullServer({
		snapshots: others,
		run: ctx.origin,
		now: apiNow(ctx)
	});
	return serverIsFull$1(run, {
		snapshots,
		used,
		whenFull,
		keeps,
		deletable: deletes[0]
	});
}
/**
* Deletes the one snapshot that the rule allows, so that a slot comes free, and records the deletion.
* @returns what became of it; undefined where the rule allows none
*/
async function freeSlot(ctx, track, snapshots, deadline) {
	const candidate = slotCandidate(ctx, snapshots);
	if (candidate === void 0) return success(void 0);
	ctx.report.line(deletingOldest(track.run, candidate, apiNow(ctx)));
	const record = (end) => track.record({
		type: "deletion ended",
		deletion: {
			snapshot: candidate,
			by: "when-full",
			end
		}
	});
	return freedBy(ctx, candidate, await deleteSnapshot$1(ctx, candidate, deadline, {
		recheck: () => checkForRoom(ctx, candidate, deadline),
		onSent: () => track.record({
			type: "request sent",
			request: "make room",
			toDelete: candidate
		}),
		onRefused: () => track.record({ type: "request refused" })
	}), deadline, record);
}
async function freedBy(ctx, candidate, deletion, deadline, record) {
	switch (deletion.state) {
		case "gone":
			record(deletion.mayBeOurs ? "unknown" : "gone");
			return success({
				snapshot: candidate,
				how: deletion.mayBeOurs ? "unclear" : "gone"
			});
		case "deleted": {
			const isSeen = await isGone(ctx, candidate, deadline);
			record(isSeen ? "deleted" : "unknown");
			return success({
				snapshot: candidate,
				how: isSeen ? "deleted" : "unclear"
			});
		}
		case "not wanted":
			if (deletion.mayHaveActed) record("unknown");
			return success({
				snapshot: candidate,
				how: deletion.mayHaveActed ? "unclear" : "not needed"
			});
		case "forbidden": return failed(deletion.problem);
		case "failed": {
			const done = deletion.mayHaveActed ? "unknown" : "nothing";
			return failed(await explain(ctx, deletion.failure, {
				state: notFreed(candidate, done),
				done
			}));
		}
	}
}
async function isGone(ctx, snapshot, deadline) {
	return (await awaitOneGone(ctx, snapshot, deadline)).state === "done";
}
/** A list that cannot be read is taken for full, as it was before. */
async function checkForRoom(ctx, candidate, deadline) {
	const list = await readForChoice(ctx, [candidate.server.id], { deadline });
	if (!list.ok || list.value.count >= 5) return "wanted";
	if (list.value.snapshots.some(({ id }) => id === candidate.id)) return "not wanted";
	return await isGone(ctx, candidate, deadline) ? "gone" : "wanted";
}

// src/requests/full-server.ts
const SLOT_PATIENCE_MS = 2 * MINUTE_MS$1;
const SLOT_GAP_MS = 5e3;
/** With these a full server has been refused, here or with APIs of its kind. */
const SLOT_STATUSES = /* @__PURE__ */ new Set([
	400,
	403,
	409,
	422
]);
/** Whether a refused create may be about slots: with as many snapshots as there are slots. The list then tells. */
function mayBeAboutSlots(refusal) {
	return SLOT_STATUSES.has(refusal.status ?? 0) && isAboutSlots(refusal, 5);
}
function isAboutSlots({ detail, fields = [] }, listLength) {
	return slotsCanBeTheReason({
		detail,
		fields
	}, listLength);
}
/** A refusal that is not about slots: it may pass, or it is final. */
async function otherRefusal(ctx, request, refusal, progress, state) {
	const { deadline } = request;
	if (await backOff(ctx, refusal, progress, { deadline })) return "again";
	return failed(await explain(ctx, refusal, { state }));
}
/**
* Refused, perhaps for want of a slot: the list tells.
* @param hasSearched whether a whole settle window has shown that nothing of ours came of the refused request
*/
async function afterSlotRefusal(ctx, request, refusal, progress, hasSearched) {
	const { track, deadline, whenFull } = request;
	const list = await readForChoice(ctx, [track.run.server.id], { deadline });
	if (!list.ok) return failed(await explain(ctx, refusal, { state: slotsUnreadable(list.failure) }));
	const { snapshots, count, consistent } = list.value;
	const own = ownAmong(request, snapshots);
	if (own.state === "ours") return adopt(ctx, own);
	track.record({
		type: "slots counted",
		used: count
	});
	const there = snapshots.filter(({ id }) => !progress.goneAlready.has(id));
	const used = count - (snapshots.length - there.length);
	const isFull = isAboutSlots(refusal, used);
	if (isFull && used < 5 && progress.slotDeadline === void 0 && !hasSearched) {
		if (isOvertaken(ctx, request, progress, {
			snapshots,
			used
		})) return "again";
		return await searchForDoubled(ctx, request, refusal) ?? afterSlotRefusal(ctx, request, refusal, progress, true);
	}
	const isComingFree = progress.goneAlready.size > 0 && used < 5;
	if (isFull && consistent && whenFull === "delete-oldest" && !progress.hasFreed && !isComingFree) {
		const made = await makeRoom(ctx, request, there, progress);
		if (made !== "none allowed") return made;
	}
	const now = ctx.clock.now();
	if (progress.slotDeadline !== void 0 && now < progress.slotDeadline) {
		const gap = ctx.pace.fixedIntervalMs ?? SLOT_GAP_MS;
		await ctx.clock.sleep(Math.min(gap, Math.min(progress.slotDeadline, deadline) - now), ctx.signal);
		track.record({
			type: "slots counted",
			used: 5 - 1
		});
		return "again";
	}
	if (isFull && used >= 5) return failed(serverIsFull(ctx, track.run, snapshots, whenFull));
	return afterRefusalWithRoom(ctx, request, refusal, progress, {
		snapshots,
		used,
		isFull
	});
}
/**
* Looks for what a request has made whose second copy was refused, for as long as a list may take to show it.
* @returns undefined where there is no trace of it
*/
async function searchForDoubled(ctx, request, refusal) {
	ctx.report.line(lookingForDoubled(request.track.run, refusal));
	const found = await findCreated(ctx, request);
	if (found.state === "ours") return adopt(ctx, found);
	return found.state === "none" ? void 0 : failed(unclearAfterFailure(request, refusal, found));
}
/**
* Where the server has other snapshots than before, the refusal may have come of a slot that is free by now: worth one
* more try, which is said.
*/
function isOvertaken(ctx, { track, before }, progress, { snapshots, used }) {
	const hasChanged = snapshots.length !== before.size || snapshots.some(({ id }) => !before.has(id));
	if (progress.isOvertaken || !hasChanged) return false;
	progress.isOvertaken = true;
	ctx.report.line(slotsChanged(track.run, used));
	return true;
}
/** Deletes the one snapshot that the rule allows; one that somebody else has deleted meanwhile frees their slot. */
async function makeRoom(ctx, request, snapshots, progress) {
	const freed$2 = await freeSlot(ctx, request.track, snapshots, request.deadline);
	if (!freed$2.ok) return freed$2;
	if (freed$2.value === void 0) return "none allowed";
	const { snapshot, how } = freed$2.value;
	request.track.record({
		type: "slots counted",
		used: 5 - 1
	});
	progress.slotDeadline ??= ctx.clock.now() + SLOT_PATIENCE_MS;
	switch (how) {
		case "not needed": break;
		case "unclear":
			progress.hasFreed = true;
			ctx.report.warn(freedUnclear(snapshot));
			break;
		case "gone":
			progress.goneAlready.add(snapshot.id);
			ctx.report.line(freedByOther(snapshot));
			break;
		case "deleted":
			progress.hasFreed = true;
			progress.slotDeadline = ctx.clock.now() + SLOT_PATIENCE_MS;
			ctx.report.notice(freed(snapshot, SLOT_PATIENCE_MS));
	}
	return "again";
}
/** Refused, and yet the list has room: a slot came free since, one does not come free, or it is not about slots. */
async function afterRefusalWithRoom(ctx, request, refusal, progress, { snapshots, used, isFull }) {
	const { track } = request;
	if (isOvertaken(ctx, request, progress, {
		snapshots,
		used
	})) return "again";
	if (progress.slotDeadline !== void 0) return failed(slotNeverCameFree(track.run, refusal, used, SLOT_PATIENCE_MS));
	const state = refusedWithRoom(track.run, used, progress.unanswered > 0);
	if (isFull) return failed(fullByItsOwnWords(track.run, refusal, snapshots, state));
	return otherRefusal(ctx, request, refusal, progress, state);
}

// src/requests/create-snapshot.ts
/** The request for one snapshot, with a key of its own in its marker. */
function newCreateRequest(ctx, wish) {
	const { purpose, before, description = defaultDescription(ctx.origin), ...request } = wish;
	const marker = markerFor(ctx.origin, purpose, newKey(ctx.random));
	ctx.report.debug(`marker: ${formatMarker(marker)}`);
	const known = new Set(before.map((snapshot) => snapshot.id));
	return {
		...request,
		marker,
		description: describe(description, marker),
		before: known
	};
}
const MOMENT_MS = 1e3;
/**
* Asks for a snapshot until exactly one is accepted. The POST is sent again only where it certainly did nothing: an
* unanswered one is looked for by its key first. The record is `requested` while an answer is outstanding; what the
* caller makes of the result is the caller's to record.
*/
async function createSnapshot$1(ctx, request) {
	const progress = {
		unanswered: 0,
		tries: 0,
		hasFreed: false,
		goneAlready: /* @__PURE__ */ new Set(),
		slotDeadline: void 0,
		isOvertaken: false,
		name: request.name,
		description: request.description
	};
	for (;;) {
		ctx.signal.throwIfAborted();
		const next = await sendOnce$1(ctx, request, progress);
		if (next !== "again") return concluded(ctx, request, next, progress);
		const instead = await beforeRepeating(ctx, request, progress);
		if (instead !== void 0) return concluded(ctx, request, instead, progress);
	}
}
/**
* Looks at the world before the request is repeated, since minutes may have passed: at the server, and for what an
* unanswered request may have made meanwhile.
* @returns what makes the repetition needless or impossible
*/
async function beforeRepeating(ctx, request, progress) {
	if (ctx.clock.now() >= request.deadline) return void 0;
	const made = await madeMeanwhile(ctx, request, progress);
	if (made !== void 0) return made;
	const began = ctx.clock.now();
	const problem = await request.recheck();
	if (ctx.clock.now() - began > MOMENT_MS) {
		const madeSince = await madeMeanwhile(ctx, request, progress);
		if (madeSince !== void 0) return madeSince;
	}
	const isOver = ctx.clock.now() >= request.deadline;
	const hasStoodStill = ["active", "stopped"].includes(serverPhase(request.track.run.server.status ?? ""));
	return problem === void 0 || isOver && hasStoodStill ? void 0 : failed(problem);
}
/**
* What an earlier request has made meanwhile, though it got no answer, or another one than it should have: a box in
* between can send it twice. Undefined where there is no trace of it.
*/
async function madeMeanwhile(ctx, request, { unanswered }) {
	const found = await checkOnce(ctx, request);
	if (found.state === "ours") return adopt(ctx, found);
	if (found.state === "none" || unanswered === 0) return void 0;
	return failed(unclearBeforeRepeating(request, found));
}
async function sendOnce$1(ctx, request, progress) {
	const { track, kind, deadline } = request;
	const { name, description } = progress;
	track.record({
		type: "request sent",
		request: kind
	});
	const answer = await ctx.api.createSnapshot({
		server: track.run.server.id,
		name,
		description
	}, {
		deadline,
		once: true
	});
	if (answer.ok) return checkNew(ctx, request, answer.value);
	if (isAmbiguous(answer.failure)) return afterLostAnswer$1(ctx, request, answer.failure, progress);
	return afterRefusal(ctx, request, answer.failure, progress);
}
/**
* Looks once more before a failure is told: a box in between can send a request twice and hand on the refusal of the
* second copy, and what the first has made would be nobody's. What became of an unanswered request is said besides.
*/
async function concluded(ctx, request, outcome, progress) {
	if (outcome.ok || outcome.problem.done === "unknown") return outcome;
	if (progress.unanswered > 0) return failed(withUnanswered(request, outcome.problem));
	try {
		return await madeMeanwhile(ctx, request, progress) ?? outcome;
	} catch (error) {
		if (ctx.signal.aborted) return outcome;
		throw error;
	}
}
/** A snapshot that was there before is not the one that was asked for, whatever the answer says. */
function checkNew(ctx, request, snapshot) {
	if (request.before.has(snapshot.id)) return failed(answeredWithOld(request, snapshot));
	if (!markerMatches(snapshot.description, request.marker.key)) ctx.report.warn(parseMarker(request.description) === void 0 ? markerImpossible(ctx.origin.repository, snapshot) : markerDropped(snapshot));
	return success(snapshot);
}
async function afterLostAnswer$1(ctx, request, lost, progress) {
	progress.unanswered += 1;
	ctx.report.line(lookingForCreated(lost));
	const found = await findCreated(ctx, request);
	if (found.state === "ours") return adopt(ctx, found);
	if (found.state === "none" && progress.unanswered === 1) {
		ctx.report.line(createdNothing(request.track.run));
		return "again";
	}
	return failed(unclearAfterFailure(request, lost, found));
}
async function afterRefusal(ctx, request, refusal, progress) {
	if (progress.unanswered > 0) {
		const found = await findCreated(ctx, request);
		if (found.state === "ours") return adopt(ctx, found);
		if (found.state !== "none") return failed(unclearAfterFailure(request, refusal, found));
	} else request.track.record({ type: "request refused" });
	if (shorten(ctx, request, refusal, progress)) return "again";
	if (mayBeAboutSlots(refusal)) return afterSlotRefusal(ctx, request, refusal, progress, progress.unanswered > 0);
	return otherRefusal(ctx, request, refusal, progress, NO_SNAPSHOT_TAKEN);
}
/** A refusal that names what this action has added is answered by less of it. */
function shorten(ctx, request, refusal, progress) {
	const fields = refusedFields(refusal);
	if (fields.includes("description") && progress.description !== "") {
		const markerOnly = describe("", request.marker);
		progress.description = progress.description === markerOnly ? "" : markerOnly;
		ctx.report.warn(descriptionRefused(refusal, progress.description === ""));
		return true;
	}
	const shorter = request.shorterName;
	if (fields.includes("name") && shorter !== void 0 && progress.name !== shorter) {
		progress.name = shorter;
		ctx.report.warn(nameRefused(refusal, shorter));
		return true;
	}
	return false;
}

// src/waiting/server-reader.ts
/** Reads a record's server, by its name where the API does not know its id. */
function readServerOf(ctx, { run }, options) {
	const { id, name } = run.server;
	return ctx.api.readServer({
		id,
		name
	}, options);
}
/** Two of some items that are about one server, which may be known by its number and by its UUID; undefined: none are. */
function findSameServer({ api }, items, serverOf) {
	for (const [index, item] of items.entries()) {
		const earlier = items.slice(0, index).find((other) => api.sameServer(serverOf(other), serverOf(item)));
		if (earlier !== void 0) return [earlier, item];
	}
}

// src/requests/server-messages.ts
function switching(run, action) {
	return `${action === "start" ? "Starting" : "Stopping"} ${serverLabel(run)}.`;
}
function readingAfterLostPower(run, lost) {
	return `${describeFailure(lost)} Checking the status of ${serverLabel(run)}.`;
}
function noSignOfPower(run) {
	return `The request had no effect on ${serverLabel(run)}. Sending it once more.`;
}
function statusIs(run) {
	return `${serverLabel(run)} is ${lastStatus(run)}.`;
}
function powerElapsed(run, action, elapsed) {
	return `Waiting for ${serverLabel(run)} to ${action}: requested ${elapsed} ago (last status: ${lastStatus(run)}).`;
}
function powerUnobservable(run, wanted) {
	return `It is unknown whether ${serverLabel(run)} is ${wanted}.`;
}
function powerTimedOut(run, action) {
	return certain(action === "start" ? "start-failed" : "stop-failed", `It did not ${action} in time.`, `Its last status was ${lastStatusSince(run)}.`, ...action === "start" ? [startServer(run)] : [checkServer(run), { kind: "re-run" }]);
}
function notStopped(run, { what, state, isUnnamed: _, ...problem }) {
	return {
		...problem,
		reason: "stop-failed",
		done: "nothing",
		what: `${serverLabel(run)} could not be stopped for its snapshot.`,
		state: [
			what,
			state,
			NO_SNAPSHOT_TAKEN
		].filter((text) => text !== "").join(" ")
	};
}
function startingUnread(run) {
	return `${serverLabel(run)} was stopped for its snapshot, and its status cannot be read. Starting it anyway.`;
}
function notSettledForStart(run) {
	return certain("start-failed", `${serverLabel(run)} could not be started again: it was not ready in time.`, `Its last status was ${lastStatusSince(run)}.`, startServer(run));
}
function notStartedAgain(run, { what, state, ...problem }) {
	const phase = serverPhase(lastStatus(run));
	const isSaid = phase === "stopped" || phase === "transitioning";
	return {
		...problem,
		reason: "start-failed",
		done: "nothing",
		what: `${serverLabel(run)} could not be started again.`,
		state: [
			what,
			state,
			isSaid ? "" : "It may be down."
		].filter((text) => text !== "").join(" "),
		next: [startServer(run), ...problem.next]
	};
}
const NOTHING_OVERWRITTEN = "Nothing was overwritten.";
function restoreUnknown(run) {
	return `It is unknown whether ${serverLabel(run)} is being overwritten.`;
}
/** What must be said of a restore of which one request was never answered, whatever became of the next. */
function earlierUnanswered(run) {
	return `An earlier restore request got no response. ${restoreUnknown(run)}`;
}
function notOverwritten(run) {
	return `${serverLabel(run)} was not overwritten.`;
}
function needsReadableServer({ server }) {
	return `Nothing was overwritten: without permission to read server ${server.id}, the end of its restore cannot be seen. With \`wait: false\`, the restore is sent anyway.`;
}
function restoringUnread({ server }) {
	return `This token may not read server ${server.id}: neither its status before the restore nor the end of the restore can be seen.`;
}
function notSettledForRestore({ reason, what, state: seen }, run, unanswered) {
	const state = `${seen} ${unanswered ? earlierUnanswered(run) : NOTHING_OVERWRITTEN}`;
	const next = checkServer(run);
	return unanswered ? unclear$1(what, state, next) : certain(reason, what, state, next);
}
/** A rollback that is sent without a look. */
function restoringUnseen(run, failure) {
	const why = failure === void 0 ? "" : ` ${describeFailure(failure)}`;
	return `The status of ${serverLabel(run)} could not be read.${why} The rollback is due: restoring anyway.`;
}
/** What a refusal "for now" is called once it has lasted. */
function keptRefusing(run, failure, lastedMs, isRollback) {
	const done = isRollback ? "rolled back" : "restored";
	const { httpStatus = "" } = failure;
	return {
		what: `${serverLabel(run)} was not ${done}: VPS.org kept refusing for ${formatDuration(lastedMs)} (${httpStatus}).`,
		state: `${lastAnswer(failure)} ${statusOfRefused(run)}`.trim()
	};
}
/** The error of a restore that meets another one. */
function alreadyRestoring$1(run, sent, snapshot) {
	return certain("already-restoring", `${serverLabel(run)} is already being restored by somebody else or by an earlier step.`, sent, {
		kind: "follow",
		snapshot,
		isRestore: true
	});
}
const RESTORE_NOT_SENT = "Nothing was sent.";
/** The server began to restore, and no request of ours was accepted. */
function perhapsForeign(run, snapshot) {
	return {
		reason: "already-restoring",
		done: "unknown",
		what: `${serverLabel(run)} is being restored, perhaps by somebody else.`,
		state: "VPS.org refused this restore, and the server then began to restore: either somebody else started it, or this request arrived twice. Nothing more was sent.",
		next: [{
			kind: "follow",
			snapshot,
			isRestore: true
		}, advice("Then check in the VPS.org panel which snapshot the server was restored from. Restore again only if it is another one.")]
	};
}
function lookingForRestoring(run, lost) {
	return `${describeFailure(lost)} Checking whether ${serverLabel(run)} is restoring before anything is sent again.`;
}
function restoreWasAccepted(run) {
	return `${serverLabel(run)} is restoring: the request was accepted.`;
}
function restoreDidNothing(run) {
	return `The request had no effect: ${serverLabel(run)} did not start restoring. Sending it once more.`;
}
const SERVER_UNSEEN = "The server could not be read for so long that a restore may have started and finished.";
const SERVER_UNREADABLE = "This token may not read the server.";
const SERVER_UNREADABLE_FOR_LONG = "The time ran out before the status of the server could show it.";
function sentTwice(run) {
	return `The request was sent twice, and ${serverLabel(run)} did not start restoring.`;
}
function restoreUnclear(run, snapshot, lost, why) {
	return unclear$1(restoreUnknown(run), `${describeFailure(lost)} ${why}`, checkServer(run), {
		kind: "follow",
		snapshot,
		isRestore: true
	}, advice("Restore again only if the server is not restoring."));
}
function refusedForNow(run) {
	return `The API refused the restore for now: ${serverLabel(run)} is ${lastStatus(run)}. Trying again when it has settled.`;
}
function statusOfRefused(run) {
	return run.server.status === void 0 ? `The status of ${serverLabel(run)} could not be read.` : `The status of ${serverLabel(run)} is "${run.server.status}".`;
}

// src/requests/power.ts
/** What a server is to become, and what it says meanwhile. */
const WANTED = {
	start: "active",
	stop: "stopped"
};
const DOING = {
	start: "starting",
	stop: "stopping"
};
const UNABLE = {
	start: "start-failed",
	stop: "stop-failed"
};
/**
* Starts or stops a server and waits until it is so. The status is read before it is asked for again: a lost answer
* is never a reason to send the request blindly.
*/
async function switchPower(ctx, track, action, deadline) {
	const asked = await askForPower(ctx, track, action, deadline);
	if (!asked.ok) return asked;
	return asked.value === void 0 ? awaitPower(ctx, track, action, deadline) : success(asked.value);
}
/**
* Sends the request. A stop is sent a second time only when a settle window of reads shows that the first did nothing. A
* start is sent as often as there is time for a short look at the server: a second one does no harm, and a server that this
* action took down must not stay so.
* @returns the server where it is as wanted already
*/
async function askForPower(ctx, track, action, deadline) {
	const retry = { tries: 0 };
	const isDue = action === "start";
	const limits = {
		deadline,
		isDue,
		patienceMs: isDue ? Number.POSITIVE_INFINITY : BUSY_PATIENCE_MS
	};
	for (let sent = 1;; sent += 1) {
		if (retry.tries === 0) ctx.report.line(switching(track.run, action));
		const answer = await ctx.api.power(track.run.server.id, action, {
			deadline,
			once: true,
			isDue
		});
		if (answer.ok) return success(void 0);
		const mayRepeat = await backOff(ctx, answer.failure, retry, limits);
		const now = await statusAfterFailure(ctx, track, action, answer.failure, deadline);
		if (now === "acting") return success(void 0);
		const isUnread = now === "unread";
		if (!isUnread && now !== "idle") return success(now);
		if (mayRepeat && (isDue || !isUnread)) {
			sent -= 1;
			continue;
		}
		const isTimeLeft = isDue ? ctx.clock.now() < deadline : !isUnread && sent < 2;
		if (!isAmbiguous(answer.failure) || !isTimeLeft) {
			const state = isUnread ? powerUnobservable(track.run, WANTED[action]) : statusIs(track.run);
			return giveUp(ctx, action, answer.failure, state);
		}
		ctx.report.line(noSignOfPower(track.run));
	}
}
async function giveUp(ctx, action, failure, state) {
	return failed(await explain(ctx, failure, {
		state,
		reason: UNABLE[action]
	}));
}
/** Reads whether a request without a good answer was obeyed: the wanted state, the way to it, or neither. */
async function statusAfterFailure(ctx, track, action, lost, deadline) {
	if (isAmbiguous(lost)) ctx.report.line(readingAfterLostPower(track.run, lost));
	const isStart = action === "start";
	const whole = isStart ? briefWindow(ctx.pace) : settleWindow(ctx.pace);
	const window = isAmbiguous(lost) ? whole : {
		durationMs: 0,
		reads: 1
	};
	const until = isStart ? halfWay(ctx, deadline) : deadline;
	const end = await pollUntilStable(ctx, {
		deadline: until,
		window,
		answeredBefore: true
	}, () => readServerOf(ctx, track, {
		deadline: until,
		once: true
	}), (server) => {
		track.record({
			type: "status seen",
			status: server.status
		});
		return classifyAfterFailure(ctx, server, action, isAmbiguous(lost));
	});
	return end.state === "done" ? end.value : "unread";
}
const LEAST_TIME_MS$1 = 1e4;
/** Until when a look may take that is to leave time for a request: clock milliseconds. */
function halfWay(ctx, deadline) {
	const now = ctx.clock.now();
	const leftMs = deadline - now;
	return leftMs < LEAST_TIME_MS$1 ? deadline : now + leftMs / 2;
}
function classifyAfterFailure(ctx, server, action, mayHaveActed) {
	const phase = serverPhase(server.status);
	if (phase === WANTED[action]) return asWanted(ctx, action, server);
	if (mayHaveActed && server.status.toLowerCase() === DOING[action]) return {
		state: "done",
		value: "acting"
	};
	if (phase === "restoring" || phase === "transitioning") return { state: "moving" };
	return {
		state: "holding",
		as: "idle",
		value: "idle"
	};
}
/** One `active` can come from a replica that still shows the time before the stop: a start is done when two agree. */
function asWanted(ctx, action, server) {
	if (action === "stop") return {
		state: "done",
		value: server
	};
	return {
		state: "holding",
		as: "wanted",
		value: server,
		window: confirmationWindow(ctx.pace)
	};
}
/** Waits until the server is as wanted. */
async function awaitPower(ctx, track, action, deadline) {
	const isWanted = () => serverPhase(lastStatus(track.run)) === WANTED[action];
	const end = await pollUntilStable(ctx, {
		schedule: "power",
		answeredBefore: true,
		isConfirming: isWanted,
		deadline,
		startAfterDelay: true,
		heartbeat: (elapsed) => powerElapsed(track.run, action, elapsed)
	}, () => readServerOf(ctx, track, {
		deadline,
		once: true
	}), (server) => {
		track.record({
			type: "status seen",
			status: server.status
		});
		return isWanted() ? asWanted(ctx, action, server) : { state: "moving" };
	});
	if (end.state === "done") {
		ctx.report.line(statusIs(track.run));
		return success(end.value);
	}
	const wanted = WANTED[action];
	if (end.state === "refused") return giveUp(ctx, action, end.failure, powerUnobservable(track.run, wanted));
	return failed(powerTimedOut(track.run, action));
}

// src/requests/stop-and-start.ts
const START_TIME_MS = 2 * MINUTE_MS$1;
/**
* Stops a running server for its snapshot, and records it. The intent is recorded, and so saved for the post step, before
* the request goes out.
* @returns whether it stopped
*/
async function stopForSnapshot(ctx, track, deadline) {
	ctx.signal.throwIfAborted();
	track.record({ type: "stop requested" });
	const stopped = await switchPower(ctx, track, "stop", deadline);
	if (stopped.ok) track.record({ type: "stopped" });
	else track.record({
		type: "stop failed",
		problem: notStopped(track.run, stopped.problem)
	});
	return stopped.ok;
}
/**
* Starts a server that this action stopped, or meant to stop, and records it: a stop that was asked for and not seen is
* watched for first, since a start sent before it lands would be undone by it.
* @param until clock milliseconds, where there is less time than the cleanup has
* @returns whether it runs
*/
async function ensureStarted(ctx, track, until = Number.POSITIVE_INFINITY) {
	const deadline = Math.min(until, ctx.clock.now() + START_TIME_MS);
	const settled = await awaitStop(ctx, track, deadline);
	if (!settled.ok) {
		track.record({
			type: "start failed",
			problem: settled.problem
		});
		return false;
	}
	if (settled.value === void 0) ctx.report.line(startingUnread(track.run));
	else if (serverPhase(settled.value.status) !== "stopped") {
		track.record({ type: "started" });
		return true;
	}
	return start(ctx, track, deadline, (problem) => notStartedAgain(track.run, problem));
}
/**
* Starts a server that its restore left stopped, and records it. A restore that ends just before its deadline must not
* leave the server down for want of time.
* @returns whether it runs
*/
function startRestored(ctx, track, until) {
	return start(ctx, track, Math.max(until, ctx.clock.now() + START_TIME_MS), (problem) => problem);
}
async function start(ctx, track, deadline, told) {
	track.record({ type: "start requested" });
	const started = await switchPower(ctx, track, "start", deadline);
	if (started.ok) track.record({ type: "started" });
	else track.record({
		type: "start failed",
		problem: told(started.problem)
	});
	return started.ok;
}
/**
* Reads until the server is stopped, or has been seen running for long enough that no stop is on its way.
* @returns undefined where it could not be read for half of the time
*/
async function awaitStop(ctx, track, deadline) {
	const began = ctx.clock.now();
	const first = await watchStop(ctx, track, halfWay(ctx, deadline));
	if (first.state === "done") return success(first.value);
	const { readAt = Number.NEGATIVE_INFINITY } = track.run.server;
	if (first.state === "refused" || first.lastFailure !== void 0 || readAt < began) return success(void 0);
	const end = await watchStop(ctx, track, deadline);
	return end.state === "done" ? success(end.value) : failed(notSettledForStart(track.run));
}
async function watchStop(ctx, track, deadline) {
	const wasSeenStopped = track.run.power.state === "stopped";
	const window = wasSeenStopped ? confirmationWindow(ctx.pace) : settleWindow(ctx.pace);
	let isConfirming = false;
	return pollUntilStable(ctx, {
		deadline,
		window,
		isConfirming: () => isConfirming,
		answeredBefore: true
	}, () => readServerOf(ctx, track, {
		deadline,
		once: true
	}), (server) => {
		track.record({
			type: "server read",
			server
		});
		const reading = classifyStop(server);
		isConfirming = wasSeenStopped && reading.state === "holding";
		return reading;
	});
}
function classifyStop(server) {
	const phase = serverPhase(server.status);
	if (phase === "stopped") return {
		state: "done",
		value: server
	};
	return phase === "active" ? {
		state: "holding",
		as: phase,
		value: server
	} : { state: "moving" };
}

// node_modules/yocto-queue/index.js
var Node = class {
	value;
	next;
	constructor(value) {
		this.value = value;
	}
};
var Queue = class {
	#head;
	#tail;
	#size;
	constructor() {
		this.clear();
	}
	enqueue(value) {
		const node = new Node(value);
		if (this.#head) {
			this.#tail.next = node;
			this.#tail = node;
		} else {
			this.#head = node;
			this.#tail = node;
		}
		this.#size++;
	}
	dequeue() {
		const current = this.#head;
		if (!current) return;
		this.#head = this.#head.next;
		this.#size--;
		if (!this.#head) this.#tail = void 0;
		return current.value;
	}
	peek() {
		if (!this.#head) return;
		return this.#head.value;
	}
	clear() {
		this.#head = void 0;
		this.#tail = void 0;
		this.#size = 0;
	}
	get size() {
		return this.#size;
	}
	*[Symbol.iterator]() {
		let current = this.#head;
		while (current) {
			yield current.value;
			current = current.next;
		}
	}
	*drain() {
		while (this.#head) yield this.dequeue();
	}
};

// node_modules/p-limit/index.js
function pLimit(concurrency) {
	let rejectOnClear = false;
	if (typeof concurrency === "object") ({concurrency, rejectOnClear = false} = concurrency);
	validateConcurrency(concurrency);
	if (typeof rejectOnClear !== "boolean") throw new TypeError("Expected `rejectOnClear` to be a boolean");
	const queue = new Queue();
	let activeCount = 0;
	const resumeNext = () => {
		if (activeCount < concurrency && queue.size > 0) {
			activeCount++;
			queue.dequeue().run();
		}
	};
	const next = () => {
		activeCount--;
		resumeNext();
	};
	const run = async (function_, resolve, arguments_) => {
		const result = (async () => function_(...arguments_))();
		resolve(result);
		try {
			await result;
		} catch {}
		next();
	};
	const enqueue = (function_, resolve, reject, arguments_) => {
		const queueItem = { reject };
		new Promise((internalResolve) => {
			queueItem.run = internalResolve;
			queue.enqueue(queueItem);
		}).then(run.bind(void 0, function_, resolve, arguments_));
		if (activeCount < concurrency) resumeNext();
	};
	const generator = (function_, ...arguments_) => new Promise((resolve, reject) => {
		enqueue(function_, resolve, reject, arguments_);
	});
	Object.defineProperties(generator, {
		activeCount: { get: () => activeCount },
		pendingCount: { get: () => queue.size },
		clearQueue: { value() {
			if (!rejectOnClear) {
				queue.clear();
				return;
			}
			const abortError = AbortSignal.abort().reason;
			while (queue.size > 0) queue.dequeue().reject(abortError);
		} },
		concurrency: {
			get: () => concurrency,
			set(newConcurrency) {
				validateConcurrency(newConcurrency);
				concurrency = newConcurrency;
				queueMicrotask(() => {
					while (activeCount < concurrency && queue.size > 0) resumeNext();
				});
			}
		},
		map: { async value(iterable, function_) {
			const promises = [];
			try {
				Array.from(iterable, (value, index) => {
					const promise = generator(function_, value, index);
					promises.push(promise);
					return promise;
				});
			} catch (error) {
				for (const promise of promises) promise.catch(() => {});
				throw error;
			}
			return Promise.all(promises);
		} }
	});
	return generator;
}
function validateConcurrency(concurrency) {
	if (!((Number.isInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY) && concurrency > 0)) throw new TypeError("Expected `concurrency` to be a number from 1 and up");
}

// src/waiting/for-each-server.ts
/**
* Works on `items` side by side, `max-parallel` at once, and gives the results in their order. When one throws (the
* operation is being cancelled) the others are waited for first, so that none goes on writing behind the caller's back.
*/
function forEachServer(ctx, items, work) {
	return sideBySide(items, ctx.maxParallel, (item, inTurn) => inTurn(() => work(item)));
}
/** The same where an item takes one of the `places` only for a part of what is done with it. */
async function sideBySide(items, places, work) {
	const inTurn = pLimit(places);
	return (await Promise.allSettled(items.map((item) => work(item, inTurn)))).map((result) => {
		if (result.status === "rejected") throw result.reason;
		return result.value;
	});
}

// src/waiting/health-check.ts
const ATTEMPT_TIMEOUT_MS = 1e4;
const GAP_MS = 3e3;
const LAST_ATTEMPT_MS = 1e3;
const LEAST_TIME_MS = 3e4;
/**
* Waits until every target answers, and records whether they do; the problem names the ones that do not, each with its
* last failure.
* @param operationDeadline clock milliseconds; it ends the check, but for half a minute
*/
async function checkHealth(ctx, track, health, operationDeadline) {
	if (health.targets.length === 0) return;
	const began = ctx.clock.now();
	const deadline = Math.min(began + health.timeoutMs, Math.max(operationDeadline, began + LEAST_TIME_MS));
	track.record({ type: "health check began" });
	ctx.report.line(checkingHealth(track.run, health.targets.map(targetText)));
	const bad = (await Promise.all(health.targets.map((target) => untilHealthy(ctx, target, deadline)))).filter((text) => text !== void 0);
	if (bad.length === 0) {
		track.record({ type: "health check passed" });
		ctx.report.line(healthy(track.run));
		return;
	}
	track.record({
		type: "health check failed",
		problem: unhealthy(track.run, deadline - began, bad)
	});
}
async function untilHealthy(ctx, target, deadline) {
	for (;;) {
		const timeoutMs = Math.max(1, Math.min(ATTEMPT_TIMEOUT_MS, deadline - ctx.clock.now()));
		const failed = await ctx.probe(target, {
			timeoutMs,
			signal: ctx.signal
		});
		if (failed === void 0) return void 0;
		ctx.report.debug(`${targetText(target)}: ${failed}`);
		const wanted = ctx.pace.fixedIntervalMs ?? jittered(GAP_MS, ctx.random);
		const gap = Math.min(wanted, deadline - ctx.clock.now() - Math.min(LAST_ATTEMPT_MS, wanted));
		if (gap <= 0) return `${targetText(target)}: ${failed}`;
		await ctx.clock.sleep(gap, ctx.signal);
	}
}
/** A target as its user wrote it, without the query, which may hold a secret. */
function targetText(target) {
	if (target.kind === "http") return target.url.origin + target.url.pathname;
	return `tcp://${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
}

// src/waiting/change-log.ts
/** Says a thing once, until something else is to be said. */
function changeLog(ctx) {
	let last = "";
	return (text) => {
		if (text !== last) ctx.report.line(text);
		last = text;
	};
}

// src/waiting/readiness.ts
/**
* Reads a server, and waits while it is in transition (restoring, starting, stopping, a young snapshot in progress), so
* that a half-restored disk is never snapshotted and nothing is asked that must be refused. What is stuck (in error, an
* unlisted status, an old unfinished snapshot) is warned of and holds nothing up.
*/
async function awaitReadiness(ctx, check) {
	const log = changeLog(ctx);
	let lastServer;
	const read = async (isFirst) => {
		const seen = await readBoth(ctx, check, isFirst);
		if (seen.ok) lastServer = seenNow(seen.value.server, lastServer, ctx.clock.now());
		return seen;
	};
	const label = () => serverWithId(check.track.run);
	const end = await pollUntilStable(ctx, {
		schedule: "power",
		deadline: check.deadline,
		answeredBefore: check.answeredBefore ?? false,
		heartbeat: (elapsed) => stillSettling(label(), elapsed)
	}, read, (seen) => classify(ctx, check, seen, log));
	if (end.state === "expired") return {
		...end,
		server: lastServer
	};
	if (end.state === "refused") return end;
	const { settledAs } = check;
	if (end.value.state === "ready" && isOdd(end.value.server) && end.value.server.status !== settledAs) log(keepsOddStatus(end.value.server));
	return end.value;
}
function seenNow(read, before, now) {
	return {
		...read,
		since: before?.status === read.status ? before.since : now
	};
}
/** The first read is worth repeating at once; later ones have the next poll for that. */
async function readBoth(ctx, check, isFirst) {
	const options = {
		deadline: check.deadline,
		once: !isFirst
	};
	const snapshots = await listBefore(ctx, check, options, isFirst);
	if (!snapshots.ok) return snapshots;
	const server = await readServerOf(ctx, check.track, options);
	return server.ok ? {
		ok: true,
		value: {
			server: server.value,
			snapshots: snapshots.value
		}
	} : server;
}
/** A list that cannot be read must not keep a rollback from being sent: the server itself says whether it is busy. */
async function listBefore(ctx, { track, intent, known, serverOnly = false }, options, isFirst) {
	if (serverOnly) return {
		ok: true,
		value: []
	};
	if (isFirst && known !== void 0) return {
		ok: true,
		value: known
	};
	const isRestore = intent === "restore";
	const list = await readSnapshots(ctx, [track.run.server.id], {
		...options,
		once: options.once || isRestore
	});
	return list.ok || !isRestore ? list : {
		ok: true,
		value: []
	};
}
function classify(ctx, { intent, settledAs }, { server, snapshots }, log) {
	const phase = serverPhase(server.status);
	if (phase === "restoring" && intent === "restore") return {
		state: "done",
		value: {
			state: "restoring",
			server
		}
	};
	const isKnown = server.status === settledAs;
	if (phase === "restoring" || phase === "transitioning" && !isKnown) {
		log(isTransitioning(server));
		return { state: "moving" };
	}
	const young = snapshots.find((snapshot) => isWorthWaitingFor(snapshot, intent, apiNow(ctx)));
	if (young !== void 0) {
		log(hasSnapshotInProgress(server, young));
		return { state: "moving" };
	}
	const ready = {
		state: "ready",
		server
	};
	if (!isOdd(server) || isKnown) {
		warnOfStuck(ctx, server, snapshots);
		return {
			state: "done",
			value: ready
		};
	}
	log(hasOddStatus(server));
	return {
		state: "holding",
		as: server.status.toLowerCase(),
		value: ready
	};
}
function isOdd({ status }) {
	const phase = serverPhase(status);
	return phase !== "active" && phase !== "stopped";
}
/** Each is said once, however often its server is read. */
function warnOfStuck(ctx, server, snapshots) {
	for (const snapshot of snapshots) if (snapshot.status !== "unreadable" && snapshotActivity(snapshot, apiNow(ctx)) !== "finished" && isNews(ctx, `stuck snapshot ${snapshot.id}`)) ctx.report.warn(snapshotStuck(server, snapshot, apiNow(ctx)));
}
/**
* Of one without a readable date nothing tells whether it is stuck, nor of one whose status nobody documented whether it is
* still being made: a create waits for it, and nothing keeps a restore.
*/
function isWorthWaitingFor(snapshot, intent, now) {
	if (snapshot.status === "unreadable") return false;
	const activity = snapshotActivity(snapshot, now);
	if (intent !== "restore") return activity === "in_progress" || activity === "undated";
	return activity === "in_progress" && snapshotPhase(snapshot.status) === "in_progress";
}

// src/waiting/snapshot-end.ts
/** Records how the wait for the snapshot of an accepted create ended. */
async function recordSnapshotEnd(ctx, track, snapshot, end) {
	switch (end.state) {
		case "completed": return track.record({
			type: "succeeded",
			snapshot: end.snapshot
		});
		case "failed":
		case "gone": {
			const problem = await problemOf(ctx, track, snapshot, end);
			return track.record({
				type: "failed",
				problem,
				snapshot: end.state === "gone" ? "gone" : end.snapshot
			});
		}
		case "refused": {
			const problem = await problemOf(ctx, track, snapshot, end);
			return track.record({
				type: "left running",
				why: "unobservable",
				problem
			});
		}
		case "expired": return track.record(timedOut(end));
	}
}
/** What is wrong with how the wait for a safety snapshot ended; undefined where it was completed. */
async function problemOfSafety(ctx, track, snapshot, end, waitedMs) {
	switch (end.state) {
		case "completed": return;
		case "failed":
		case "gone":
		case "refused": return problemOf(ctx, track, snapshot, end);
		case "expired": return {
			reason: "timeout",
			done: "nothing",
			what: snapshotTimedOut(labelOf(track, snapshot), waitedMs),
			state: snapshotContinues(end.last, lastFailureText(end)),
			next: [followLater(snapshot)]
		};
	}
}
async function problemOf(ctx, track, snapshot, end) {
	const label = labelOf(track, snapshot);
	if (end.state !== "refused") return end.state === "gone" ? snapshotGone(label) : snapshotFailed(label, end.snapshot);
	const state = snapshotUnobservable(label);
	return explain(ctx, end.failure, {
		state,
		next: [followLater(snapshot)]
	});
}
function labelOf({ run }, { id }) {
	return `Snapshot ${id} of ${serverLabel(run)}`;
}
function followLater({ id }) {
	return {
		kind: "follow",
		snapshot: id,
		isRestore: false
	};
}

// src/policy/snapshot-progress.ts
/**
* Begins to watch a snapshot. `seen` is the snapshot as an earlier list showed it, `since` when. The answer to a create is no list:
* lists may lag behind it, and a snapshot that no list has shown yet is not gone.
*/
function startSnapshotWatch(window, seen, since = 0) {
	return {
		window,
		snapshot: seen,
		since,
		missing: void 0
	};
}
/**
* Adds a good answer: the snapshot as it shows it, or undefined when it lacks it. Once the snapshot is completed,
* failed or gone, nothing changes that any more.
*/
function observeSnapshot(watch, snapshot, at) {
	if (snapshotProgress(watch).state !== "pending") return watch;
	if (snapshot !== void 0) {
		const since = snapshot.status === watch.snapshot?.status ? watch.since : at;
		return {
			...watch,
			snapshot,
			since,
			missing: void 0
		};
	}
	if (watch.snapshot === void 0) return watch;
	return {
		...watch,
		missing: extendStreak(watch.missing, "missing", at)
	};
}
/**
* What the answers so far prove. A snapshot is gone when it was seen once and is then missing from every good answer
* for two settle windows. An unrecognized status is pending.
*/
function snapshotProgress(watch) {
	const { snapshot } = watch;
	if (snapshot === void 0) return { state: "pending" };
	const phase = snapshotPhase(snapshot.status);
	if (phase === "completed" || phase === "failed") return {
		state: phase,
		snapshot
	};
	return {
		state: isSettled(watch.missing, times(2, watch.window)) ? "gone" : "pending",
		snapshot
	};
}

// src/waiting/snapshot-poller.ts
/** A poller whose waits all end at `deadline`. Nothing is polled while nothing is followed. */
function createSnapshotPoller(ctx, deadline) {
	const followed = /* @__PURE__ */ new Map();
	let running = false;
	const run = async () => {
		const options = optionsFor(ctx, followed, deadline);
		try {
			while (followed.size > 0) {
				const end = await poll(ctx, options, () => lookAtAll(ctx, followed, deadline));
				if (end.state === "refused") finish(followed, (item) => item.resolve(end));
				if (end.state === "expired") finish(followed, (item) => item.resolve({
					...end,
					last: lastOf(item)
				}));
			}
		} catch (reason) {
			finish(followed, (item) => item.reject(reason));
		} finally {
			running = false;
		}
	};
	return { waitFor: (snapshot, began, seen = false) => new Promise((resolve, reject) => {
		const watch = startSnapshotWatch(settleWindow(ctx.pace), seen ? snapshot : void 0, ctx.clock.now());
		followed.set(snapshot.id, {
			snapshot,
			began,
			watch,
			resolve,
			reject
		});
		if (running) return;
		running = true;
		queueMicrotask(() => void run());
	}) };
}
/** One look at the list, for all that are followed. */
async function lookAtAll(ctx, followed, deadline) {
	const known = [...followed.values()].map((item) => item.snapshot);
	return toAttempt(await followSnapshots(ctx, known, {
		deadline,
		once: true
	}), (snapshots) => {
		for (const snapshot of snapshots) if (followed.has(snapshot.id)) noteUnlisted(ctx, snapshot);
		else warnOfTwin(ctx, snapshot, known);
		settle(followed, snapshots, ctx.clock.now());
		return followed.size === 0 ? {
			state: "done",
			value: void 0
		} : { state: "pending" };
	});
}
function optionsFor(ctx, followed, deadline) {
	return {
		schedule: "create",
		answeredBefore: true,
		began: ctx.clock.now(),
		deadline,
		startAfterDelay: true,
		elapsed: () => [...followed.values()].map((item) => ctx.clock.now() - item.began),
		heartbeat: () => heartbeat$1(ctx, followed)
	};
}
function finish(followed, end) {
	const items = [...followed.values()];
	followed.clear();
	for (const item of items) end(item);
}
function lastOf({ watch: { snapshot, since } }) {
	return snapshot === void 0 ? void 0 : {
		status: snapshot.status,
		since
	};
}
/** Tells every follower what the list says of its snapshot; those that have ended are followed no more. */
function settle(followed, snapshots, at) {
	const found = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
	for (const [id, item] of followed) {
		item.watch = observeSnapshot(item.watch, found.get(id), at);
		const progress = snapshotProgress(item.watch);
		if (progress.state === "pending") continue;
		followed.delete(id);
		item.resolve(progress);
	}
}
function heartbeat$1(ctx, followed) {
	const oldest = Math.min(...[...followed.values()].map((item) => item.began));
	return snapshotsInProgress([...followed.keys()], ctx.clock.now() - oldest);
}
/** A status that nobody documented is said once, whatever has it. */
function noteUnlisted(ctx, snapshot) {
	if (snapshotPhase(snapshot.status) === "unrecognized" && isNews(ctx, `snapshot status ${snapshot.status}`)) ctx.report.line(unlistedStatus(snapshot));
}
/** Another snapshot that carries the key of one that is followed was made by the same request. */
function warnOfTwin(ctx, snapshot, followed) {
	const key = parseMarker(snapshot.description)?.key;
	const ours = followed.find(({ description }) => key !== void 0 && markerMatches(description, key));
	if (ours !== void 0) ctx.report.warn(duplicate(ours.id, snapshot.id));
}

// src/operations/create.ts
/** Takes a snapshot of each server, as one group: green only when every one is completed. */
async function create(ctx, inputs, recorder) {
	const deadline = ctx.clock.now() + inputs.timeoutMs;
	const servers = inputs.servers.map((id) => newServerRun("create", {
		id,
		name: ""
	}));
	recorder.record({
		type: "servers found",
		servers
	});
	const name = plannedName(ctx, inputs);
	if (inputs.givenName !== void 0 && inputs.givenName !== name) ctx.report.line(nameChanged(inputs.givenName, name));
	const survey = await ctx.report.group(GROUPS.preflight, () => surveyServers(ctx, inputs, recorder, deadline));
	if (!survey.ok) return recorder.record({
		type: "failed",
		problem: survey.problem
	});
	const twice = findSameServer(ctx, inputs.servers, (id) => id);
	if (twice !== void 0) return recorder.record({
		type: "failed",
		problem: givenTwice(...twice)
	});
	if (groupHasFailed(recorder)) return skipRest(recorder);
	const plan = {
		inputs,
		name,
		deadline,
		poller: createSnapshotPoller(ctx, deadline),
		recorder,
		before: survey.value
	};
	if (inputs.dryRun) return planOnly(ctx, plan);
	if (!arm(inputs, recorder)) return;
	await ctx.report.group(GROUPS.snapshots, () => takeAll(ctx, plan));
}
/** A group is begun as a whole or not at all. */
function skipRest({ tracks }) {
	for (const track of tracks) if (track.run.task.state === "pending") track.record({
		type: "skipped",
		why: "group failed"
	});
}
function plannedName(ctx, inputs) {
	return inputs.name ?? defaultName(ctx.origin);
}
/** Checks everything that can be checked before the first change, for every server. */
async function surveyServers(ctx, inputs, recorder, deadline) {
	const list = await readForChoice(ctx, inputs.servers, { deadline });
	if (!list.ok) return failed(await explain(ctx, list.failure, { state: NOTHING_CHANGED }));
	const byServer = Map.groupBy(list.value.snapshots, (snapshot) => snapshot.server.id);
	const isOne = inputs.servers.length === 1;
	await forEachServer(ctx, recorder.tracks, async (track) => {
		const { id } = track.run.server;
		const known = byServer.get(id) ?? [];
		const used = isOne ? list.value.count : list.value.countOf.get(id) ?? 0;
		track.record({
			type: "slots counted",
			used
		});
		const problem = await surveyOne(ctx, inputs, track, known, deadline);
		if (problem !== void 0) track.record({
			type: "failed",
			problem
		});
	});
	return success(byServer);
}
async function surveyOne(ctx, inputs, track, known, deadline) {
	const unready = await checkReadiness(ctx, inputs, track, {
		known,
		isFirst: true,
		deadline
	});
	if (unready !== void 0) return unready;
	const namesake = known.find(({ name }) => name === plannedName(ctx, inputs));
	if (namesake !== void 0) ctx.report.warn(nameTaken(track.run, namesake));
	if (inputs.servers.length === 1 && !inputs.stopServer && !inputs.dryRun || !hasAllSlotsUsed(track)) return void 0;
	if (inputs.whenFull === "delete-oldest" && slotCandidate(ctx, known) !== void 0) return void 0;
	return serverIsFull(ctx, track.run, known, inputs.whenFull);
}
function hasAllSlotsUsed({ run: { slots = 0 } }) {
	return slots >= 5;
}
/**
* Reads the server and waits until it has settled. A token that may not read servers is enough for a plain create; what is
* to be photographed at rest must be known to run or to be stopped, also minutes after the first look.
*/
async function checkReadiness(ctx, inputs, track, { isFirst, ...check }) {
	const began = ctx.clock.now();
	const intent = inputs.stopServer ? "stop" : "create";
	const found = await awaitReadiness(ctx, {
		track,
		intent,
		...check
	});
	if (found.state === "refused") return unreadable$1(ctx, inputs, track, found.failure, isFirst);
	if (found.state === "expired" && found.server !== void 0) track.record({
		type: "server read",
		server: found.server
	});
	if (found.state === "expired") return notSettledForCreate(unready(track.run, ctx.clock.now() - began, found), track.run);
	track.record({
		type: "server read",
		server: found.server
	});
	const isKnown = ["active", "stopped"].includes(serverPhase(found.server.status));
	return inputs.stopServer && !isKnown ? cannotStop(track.run) : void 0;
}
async function unreadable$1(ctx, inputs, track, failure, isFirst) {
	const untouched = inputs.servers.length > 1 ? "" : NOTHING_CHANGED;
	const state = isFirst ? untouched : NO_SNAPSHOT_OF_IT;
	if (failure.status !== 403) return explain(ctx, failure, { state });
	const needs = inputs.stopServer ? "stop-server" : inputs.restoreOn.length > 0 ? "restore-on" : void 0;
	if (needs !== void 0) return explain(ctx, failure, { state: needsReadableServer$1(needs, state) });
	track.record({ type: "server unreadable" });
	if (isFirst) ctx.report.warn(unreadableServer(track.run.server.id));
}
function planOnly(ctx, plan) {
	for (const track of plan.recorder.tracks) {
		const { run } = track;
		const known = plan.before.get(run.server.id) ?? [];
		const candidate = hasAllSlotsUsed(track) ? slotCandidate(ctx, known) : void 0;
		const steps = [
			...candidate === void 0 ? [] : [wouldDeleteFirst(candidate)],
			...plan.inputs.stopServer ? [runs(track) ? wouldStop(run) : wouldLeave(run)] : [],
			wouldTake(run, plan.name)
		];
		track.record({
			type: "planned",
			steps
		});
		for (const step of steps) ctx.report.line(step);
	}
}
/** Works on the servers side by side; a server that is not stopped frees its place once the API has accepted. */
async function takeAll(ctx, plan) {
	const { tracks } = plan.recorder;
	if (plan.inputs.stopServer) return void await forEachServer(ctx, tracks, (track) => takeStopped(ctx, plan, track));
	await sideBySide(tracks, ctx.maxParallel, async (track, inTurn) => {
		await inTurn(() => begin(ctx, plan, track));
		await awaitSnapshot(ctx, plan, track);
	});
}
/** One server of a `stop-server` create: stop, snapshot, start. The start happens whatever the rest does. */
async function takeStopped(ctx, plan, track) {
	if (!await isStillDue(ctx, plan, track)) return;
	track.record({ type: "began" });
	if (!runs(track)) {
		await requestOne(ctx, plan, track);
		return awaitSnapshot(ctx, plan, track);
	}
	if (await stopForSnapshot(ctx, track, plan.deadline)) {
		await requestOne(ctx, plan, track);
		await awaitSnapshot(ctx, plan, track);
	}
	if (await ensureStarted(ctx, track) && isGood(track.run)) await checkHealth(ctx, track, plan.inputs.health, plan.deadline);
}
function runs({ run }) {
	return serverPhase(run.server.status ?? "") === "active";
}
function groupHasFailed({ run }) {
	return run.servers.some(hasFailed);
}
const FRESH_MS = 1e4;
/** Whether a server whose turn has come is to be worked on; if not, the record says why. */
async function isStillDue(ctx, plan, track) {
	if (groupHasFailed(plan.recorder)) {
		track.record({
			type: "skipped",
			why: "group failed"
		});
		return false;
	}
	if (ctx.clock.now() >= plan.deadline) {
		track.record({
			type: "skipped",
			why: "out of time"
		});
		return false;
	}
	const { readAt } = track.run.server;
	if (readAt !== void 0 && ctx.clock.now() - readAt < FRESH_MS) return true;
	const problem = await checkReadiness(ctx, plan.inputs, track, {
		isFirst: false,
		deadline: plan.deadline
	});
	if (problem !== void 0) track.record({
		type: "failed",
		problem
	});
	return problem === void 0;
}
async function begin(ctx, plan, track) {
	if (!await isStillDue(ctx, plan, track)) return;
	track.record({ type: "began" });
	await requestOne(ctx, plan, track);
}
/** Asks for the snapshot; with its acceptance its id is published, before anything is waited for. */
async function requestOne(ctx, plan, track) {
	const answer = await createSnapshot$1(ctx, requestFor(ctx, plan, track));
	if (!answer.ok) return track.record({
		type: "failed",
		problem: answer.problem
	});
	const snapshot = answer.value;
	track.record({
		type: "accepted",
		work: "snapshot",
		snapshot
	});
	ctx.report.line(snapshotAccepted(track.run, snapshot));
	const { whenFull, keepLast, deleteOn } = plan.inputs;
	const freesNone = whenFull === "fail" && keepLast === void 0 && deleteOn.length === 0;
	if (track.run.slots === 5 && freesNone) ctx.report.warn(lastSlotTaken(track.run, snapshot));
	if (runs(track) && track.run.power.state === "untouched") ctx.report.line(mayBeInconsistent(track.run));
}
function requestFor(ctx, plan, track) {
	const { inputs, deadline } = plan;
	return newCreateRequest(ctx, {
		track,
		kind: "create",
		name: plan.name,
		description: inputs.description,
		purpose: purposeOf(ctx.origin, { keep: inputs.keep }),
		before: plan.before.get(track.run.server.id) ?? [],
		whenFull: inputs.whenFull,
		deadline,
		shorterName: inputs.name === void 0 ? shortDefaultName(ctx.origin) : void 0,
		recheck: async () => {
			const problem = await checkReadiness(ctx, inputs, track, {
				serverOnly: true,
				isFirst: false,
				deadline
			});
			if (problem !== void 0) return problem;
			return track.run.power.state === "stopped" && runs(track) ? startedByOther(track.run) : void 0;
		}
	});
}
/** Waits for the end of an accepted snapshot, unless only the acceptance was asked for. */
async function awaitSnapshot(ctx, plan, track) {
	const { task } = track.run;
	if (task.state !== "running") return;
	if (!plan.inputs.wait) return track.record({
		type: "left running",
		why: "not awaited"
	});
	const end = await plan.poller.waitFor(task.snapshot, ctx.clock.now());
	await recordSnapshotEnd(ctx, track, task.snapshot, end);
	if (end.state === "completed" && plan.recorder.tracks.length > 1) ctx.report.line(snapshotCompleted(track.run));
}

// src/policy/selection.ts
const NONE = {
	ok: false,
	reason: "none"
};
/**
* The newest snapshot of one server that any workflow of this repository made before a deploy: for a wait of any
* status; for a restore completed, unless a newer one is in progress. What is stuck or failed does not count there.
* @param options `now`: by the API's clock, in milliseconds since the epoch
*/
function selectLatest(snapshots, run, { use, now }) {
	const deploys = uniqueById(snapshots).filter((snapshot) => isDeploy(snapshot, run));
	const eligible = deploys.filter((snapshot) => use === "wait" || isOrWillBeCompleted(snapshot, now));
	const latest = newest(eligible);
	if (latest.state === "none") return NONE;
	if (latest.state === "undecided") return {
		ok: false,
		reason: "undecided",
		candidates: latest.candidates
	};
	const { snapshot } = latest;
	if (use === "wait" || isCompleted(snapshot)) {
		const mayBeNewer = (other) => ["newer", "unknown"].includes(compareAge(other, snapshot));
		return selected$1(snapshot, run, deploys.filter((other) => !eligible.includes(other) && mayBeNewer(other)).sort(compareNewestFirst));
	}
	return {
		ok: false,
		reason: "in-progress",
		snapshot
	};
}
function isDeploy({ description }, run) {
	const marker = parseMarker(description);
	return marker?.purpose === "deploy" && isThisRepository(marker, run);
}
function isOrWillBeCompleted(snapshot, now) {
	return isCompleted(snapshot) || ["in_progress", "undated"].includes(snapshotActivity(snapshot, now));
}
/**
* The snapshot of this name on one server. The spellings of the name are tried in their order: the first that some
* snapshot bears decides. Between two of the same name a person must decide.
*/
function selectByName(snapshots, spellings, run) {
	const found = spellings.map((name) => named(snapshots, name)).find(({ length }) => length > 0) ?? [];
	const [snapshot, ...others] = found;
	if (snapshot === void 0) return NONE;
	return others.length > 0 ? {
		ok: false,
		reason: "several",
		candidates: found
	} : selected$1(snapshot, run);
}
function named(snapshots, name) {
	return uniqueById(snapshots).filter((snapshot) => snapshot.name === name);
}
function selected$1(snapshot, run, passedOver = []) {
	const marker = parseMarker(snapshot.description);
	return {
		ok: true,
		snapshot,
		fromRerun: marker !== void 0 && marker.attempt > 1,
		fromThisRun: madeByThisRun(marker, run),
		passedOver
	};
}

// src/waiting/choice-messages.ts
function selected(by, snapshot, now) {
	const { id, name, server } = snapshot;
	const taken = ageOf(snapshot, now);
	return by === "latest" ? `The latest snapshot of ${serverText(server)} is ${snapshotLabel(snapshot)}, ${taken}.` : `The snapshot named "${name}" on ${serverText(server)} is ${id}, ${taken}.`;
}
/** A server in a text: an API need not say its name. */
function serverText({ name, id }) {
	return name === "" ? `server ${id}` : `${name} (${id})`;
}
function passedOver(snapshots) {
	const which = snapshots.map(({ id, status }) => `${id} (${status})`).join(", ");
	const isOne = snapshots.length === 1;
	return `\`latest\` skips ${which}: ${isOne ? "it" : "they"} may be newer, but ${isOne ? "is" : "are"} not complete.`;
}
function latestOfRerun({ id, server }) {
	return `Snapshot ${id}, the latest of server ${server.id}, was taken by a re-run: it may contain what the run's first attempt left behind.`;
}
function missingYet(ids, windowMs) {
	return `${ids.length === 1 ? `Snapshot ${ids[0]} is` : `Snapshots ${ids.join(", ")} are`} not in the list; checking again${windowMs > 0 ? ` for ${formatDuration(windowMs)}` : ""}.`;
}
const NAME_ONE = advice("Set `snapshot-id` to the snapshot you mean.");
/** There is nothing to choose from. */
function noneAtAll(server) {
	const next = advice("Check `server-id`, or take a snapshot first.");
	return certain("not-found", `Server ${server} has no snapshots.`, NOTHING_CHANGED, next);
}
function noLatest(server, candidates) {
	if (candidates.length === 0) return noneAtAll(server);
	const what = `Server ${server} has no snapshot that \`latest\` can use.`;
	return {
		...certain("not-found", what, `\`latest\` only takes completed snapshots that this repository made before a deploy. Nothing was changed.`, NAME_ONE),
		candidates
	};
}
function latestUndecided(server, candidates) {
	const what = `\`latest\` cannot tell which snapshot of server ${server} is the newest.`;
	return {
		...certain("ambiguous", what, "Neither their dates nor their IDs tell. Nothing was changed.", NAME_ONE),
		candidates
	};
}
function newerInProgress({ id, server }) {
	return `A newer snapshot of ${serverText(server)}, ${id}, is in progress; waiting for it before choosing \`latest\`.`;
}
function newerNeverDone({ id, server, status }, candidates) {
	const what = `A newer snapshot of ${serverText(server)}, ${id}, did not complete in time (last status: ${status}).`;
	return {
		...certain("not-completed", what, "`latest` does not fall back to an older one. Nothing was changed.", NAME_ONE),
		candidates
	};
}
function listMoves(server, candidates) {
	const what = `The list of snapshots of server ${server} kept changing while it was read.`;
	return {
		...certain("ambiguous", what, "Nothing was chosen or changed.", { kind: "re-run" }, NAME_ONE),
		candidates
	};
}
function severalOfName(server, name, ids, candidates) {
	const what = `Server ${server} has ${ids.length} snapshots named "${name}": ${ids.join(", ")}.`;
	return {
		...certain("ambiguous", what, NOTHING_CHANGED, NAME_ONE),
		candidates
	};
}
function noneOfName(server, name, candidates) {
	if (candidates.length === 0) return noneAtAll(server);
	const what = `Server ${server} has no snapshot named "${name}".`;
	return {
		...certain("not-found", what, NOTHING_CHANGED, NAME_ONE),
		candidates
	};
}
function wrongServer(guard, strangers, allowed) {
	const [first] = strangers;
	const what = `${strangers.length === 1 && first !== void 0 ? `Snapshot ${first.id} belongs to ${serverText(first.server)}` : `Snapshots ${strangers.map(({ id }) => id).join(", ")} belong to other servers`}, but \`server-id\` only allows ${guard.join(", ")}.`;
	const next = advice("Set `snapshot-id` to a snapshot of the server you mean, or correct `server-id`.");
	return {
		...certain("wrong-server", what, `Nothing was changed.${ofAllowed(allowed)}`, next),
		candidates: allowed ?? []
	};
}
function ofAllowed(allowed) {
	if (allowed === void 0) return " The snapshots of the allowed servers could not be read.";
	return allowed.length === 0 ? " The allowed servers have no completed snapshot." : "";
}
/** Listed, and the list does not say of which server. */
function ownerless(ids) {
	const which = ids.length === 1 ? `Snapshot ${ids.join("")} is` : `Snapshots ${ids.join(", ")} are`;
	return certain("ambiguous", `${which} listed without a server.`, "Without knowing its server, nothing is restored or deleted. Nothing was changed.", advice("Look it up in the VPS.org panel, or try again later."));
}
function lookUpTimedOut$1(lastFailure, remedies) {
	const failure = lastFailure === void 0 ? "" : `${describeFailure(lastFailure)} `;
	return certain(lastFailure === void 0 ? "timeout" : reasonOf$1(lastFailure), "The snapshots could not be looked up in time.", `${failure}Nothing was changed.`, ...remedies, { kind: "re-run" });
}

// src/waiting/find-snapshots.ts
const UNCHANGED = { state: NOTHING_CHANGED };
/** Finds the snapshots, and refuses what belongs to another server than the caller said. Nothing is changed. */
async function findSnapshots(ctx, lookup) {
	const { choice } = lookup;
	if (choice.by === "id") return findAllowed(ctx, lookup, choice.ids);
	const present = [];
	const list = await readForChoice(ctx, choice.servers, { deadline: lookup.deadline });
	if (!list.ok) return failed(await explain(ctx, list.failure, UNCHANGED));
	for (const server of choice.servers) {
		const chosen = await chooseOn(ctx, {
			...lookup,
			choice
		}, server, list.value);
		if (!chosen.ok) return chosen;
		present.push(chosen.value);
	}
	return success({
		present,
		absent: []
	});
}
/**
* Chooses on one server. `latest` waits for a newer one that is still being made, and looks again where a list that lags
* may lack the one that this very run made.
*/
async function chooseOn(ctx, lookup, server, list) {
	const first = selectOn(ctx, lookup, server, list);
	const selection = mayChange(lookup, first) ? await watchSelection(ctx, lookup, server, first) : {
		ok: true,
		value: first
	};
	if (!selection.ok) return selection;
	const { value } = selection;
	const { candidates } = value;
	if (!value.selection.ok) {
		const unknown = candidates.length === 0 ? await unknownServer(ctx, server, lookup.deadline, UNCHANGED) : void 0;
		return failed(unknown ?? noChoice(server, lookup.choice, candidates, value.selection));
	}
	const { snapshot, passedOver: passedOver$1 } = value.selection;
	if (passedOver$1.length > 0) ctx.report.line(passedOver(passedOver$1));
	ctx.report.line(selected(lookup.choice.by, snapshot, apiNow(ctx)));
	if (lookup.choice.by === "latest" && value.selection.fromRerun) ctx.report.warn(latestOfRerun(snapshot));
	return success(snapshot);
}
function selectOn(ctx, { choice, use }, server, list) {
	const candidates = list.snapshots.filter((snapshot) => snapshot.server.id === server);
	const latestUse = use === "wait" ? "wait" : "restore";
	return {
		selection: choice.by === "latest" ? selectLatest(candidates, ctx.origin, {
			use: latestUse,
			now: apiNow(ctx)
		}) : selectByName(candidates, choice.names, ctx.origin),
		candidates,
		isConsistent: list.consistent
	};
}
function mayChange({ choice, use }, { selection, isConsistent }) {
	if (!isConsistent) return true;
	if (!selection.ok) return selection.reason === "in-progress" || selection.reason === "none";
	return choice.by === "latest" && use === "wait" && !selection.fromThisRun;
}
/** Reads again until what is chosen can change no more. */
async function watchSelection(ctx, lookup, server, first) {
	const { deadline } = lookup;
	const log = changeLog(ctx);
	let last = first;
	const end = await pollUntilStable(ctx, {
		deadline,
		window: briefWindow(ctx.pace)
	}, () => readForChoice(ctx, [server], {
		deadline,
		once: true
	}), (list) => {
		const value = selectOn(ctx, lookup, server, list);
		const { selection } = value;
		last = value;
		if (!selection.ok && selection.reason === "in-progress") {
			log(newerInProgress(selection.snapshot));
			return { state: "moving" };
		}
		if (!value.isConsistent) return { state: "moving" };
		if (selection.ok && selection.fromThisRun) return {
			state: "done",
			value
		};
		return {
			state: "holding",
			as: selection.ok ? selection.snapshot.id : selection.reason,
			value
		};
	});
	if (end.state === "done") return success(end.value);
	if (end.state === "refused") return failed(await explain(ctx, end.failure, UNCHANGED));
	return failed(neverSettled(server, last, end.lastFailure));
}
/** Why the time was over before anything could be chosen: by what the last answer showed, unless none came any more. */
function neverSettled(server, { selection, candidates, isConsistent }, lastFailure) {
	if (lastFailure !== void 0) return lookUpTimedOut(lastFailure);
	if (!selection.ok && selection.reason === "in-progress") return newerNeverDone(selection.snapshot, candidates);
	return isConsistent ? lookUpTimedOut(void 0) : listMoves(server, candidates);
}
function lookUpTimedOut(lastFailure) {
	return lookUpTimedOut$1(lastFailure, lastFailure === void 0 ? [] : [remedyStep(lastFailure)]);
}
function noChoice(server, choice, candidates, chosen) {
	if (choice.by === "latest") return chosen.reason === "undecided" ? latestUndecided(server, chosen.candidates) : noLatest(server, candidates);
	const [name = ""] = choice.names;
	if (chosen.reason === "several") return severalOfName(server, name, chosen.candidates.map(({ id }) => id), candidates);
	return noneOfName(server, name, candidates);
}
async function findAllowed(ctx, lookup, ids) {
	const found = await findByIds(ctx, lookup, ids);
	if (!found.ok) return found;
	const isStranger = (snapshot) => isOutsideGuard(ctx, lookup.allowedServers, snapshot);
	if (found.value.present.some(isStranger)) for (const id of lookup.allowedServers) await ctx.api.readServer({ id }, {
		deadline: lookup.deadline,
		once: true
	});
	const strangers = found.value.present.filter(isStranger);
	if (strangers.length === 0) return found;
	return failed(wrongServer(lookup.allowedServers, strangers, await completedOfAllowed(ctx, lookup)));
}
/** The completed snapshots of the servers that were meant; undefined where they cannot be read. */
async function completedOfAllowed(ctx, { allowedServers, deadline }) {
	const isCompleted = ({ status }) => snapshotPhase(status) === "completed";
	const list = await readSnapshots(ctx, allowedServers, {
		deadline,
		once: true
	}, isCompleted);
	return list.ok ? list.value : void 0;
}
/** A server may be known by a number and a UUID. */
function isOutsideGuard(ctx, allowedServers, { server }) {
	return allowedServers.length > 0 && !allowedServers.some((id) => ctx.api.sameServer(id, server.id));
}
/** A list may lag behind: what it lacks is looked for again before it counts as missing. */
async function findByIds(ctx, lookup, ids) {
	const window = missingWindow(ctx, lookup);
	let isFirst = true;
	const classify = ({ snapshots, ownerless }) => {
		const byId = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
		const present = ids.flatMap((id) => byId.get(id) ?? []);
		const absent = ids.filter((id) => !byId.has(id));
		const value = {
			present,
			absent,
			ownerless
		};
		if (absent.length === 0) return {
			state: "done",
			value
		};
		if (isFirst) ctx.report.line(missingYet(absent, window.durationMs));
		isFirst = false;
		return {
			state: "holding",
			as: absent.join(","),
			value
		};
	};
	const end = await pollUntilStable(ctx, {
		deadline: Math.min(lookup.deadline, ctx.clock.now() + RETRY_PATIENCE_MS),
		window
	}, (isFirstRead) => readByIds(ctx, lookup, ids, !isFirstRead), classify);
	if (end.state === "refused") return failed(await explain(ctx, end.failure, UNCHANGED));
	if (end.state === "expired") return failed(lookUpTimedOut(end.lastFailure));
	const { ownerless: ownerless$1 } = end.value;
	return ownerless$1.length === 0 ? success(end.value) : failed(ownerless(ownerless$1));
}
/** What is to be deleted, wherever it is, need not be listed: the API is asked. Three reads are enough. */
function missingWindow(ctx, { use, allowedServers }) {
	const window = briefWindow(ctx.pace);
	return use === "delete" && allowedServers.length === 0 ? {
		durationMs: 0,
		reads: window.reads
	} : window;
}
async function readByIds(ctx, lookup, ids, once) {
	const { deadline, allowedServers } = lookup;
	const wanted = new Set(ids);
	if (allowedServers.length > 0) {
		const near = await readSnapshots(ctx, allowedServers, {
			deadline,
			once
		});
		if (!near.ok) return near;
		const found = near.value.filter((snapshot) => wanted.has(snapshot.id));
		if (found.length === ids.length) return {
			ok: true,
			value: {
				snapshots: found,
				ownerless: []
			}
		};
	}
	return findListed(ctx, wanted, {
		deadline,
		once
	});
}

// src/operations/targets.ts
/** Begins a record for the server of each snapshot that was found. */
function recordTargets(recorder, goal, snapshots) {
	const servers = snapshots.map((snapshot) => newServerRun(goal, snapshot.server, snapshot));
	recorder.record({
		type: "servers found",
		servers
	});
	return recorder.tracks.flatMap((track, index) => snapshots.slice(index, index + 1).map((snapshot) => ({
		track,
		snapshot
	})));
}

// src/operations/delete.ts
/** Deletes snapshots and sees that the list no longer holds them. Each is tried. */
async function deleteSnapshots(ctx, inputs, recorder) {
	const deadline = ctx.clock.now() + inputs.timeoutMs;
	const { choice, servers: guard, dryRun, wait } = inputs;
	const found = await findSnapshots(ctx, {
		choice,
		allowedServers: guard,
		use: "delete",
		deadline
	});
	if (!found.ok) return recorder.record({
		type: "failed",
		problem: found.problem
	});
	const { present, absent } = found.value;
	if (guard.length > 0 && absent.length > 0) recorder.record({
		type: "failed",
		problem: notFoundToDelete(absent, guard)
	});
	else await deleteUnlisted(ctx, inputs, absent, recorder, deadline);
	const targets = recordTargets(recorder, "delete", present);
	const work = dryRun ? planOne$1 : removeOne;
	await forEachServer(ctx, targets, (target) => work(ctx, target, deadline));
	if (dryRun) return;
	const accepted = targets.filter(({ track }) => track.run.task.state === "running");
	if (wait && accepted.length > 0) await verifyGone(ctx, accepted, deadline);
	for (const { track } of accepted) if (track.run.task.state === "running") track.record({ type: "succeeded" });
}
/** What was made a moment ago may not be listed yet: its deletion is asked for once, and what the API answers counts. */
async function deleteUnlisted(ctx, { dryRun }, absent$1, recorder, deadline) {
	const gone = [];
	const deleted = [];
	for (const id of absent$1) {
		const answer = dryRun ? void 0 : await askToDelete(ctx, id, recorder, deadline);
		if (answer?.ok === true && answer.value === "deleted") {
			deleted.push(id);
			ctx.report.line(unlistedDeleted(id));
		} else if (answer?.ok === false) {
			const mayHaveActed = isAmbiguous(answer.failure);
			const problem = await notDeleted(ctx, { id }, {
				failure: answer.failure,
				mayHaveActed
			});
			recorder.record({
				type: "failed",
				problem
			});
		} else {
			gone.push(id);
			ctx.report.warn(absent(id));
		}
		recorder.record({
			type: "absent",
			ids: [...gone],
			deleted: [...deleted]
		});
	}
}
async function askToDelete(ctx, id, recorder, deadline) {
	ctx.signal.throwIfAborted();
	try {
		return await ctx.api.deleteSnapshot(id, {
			deadline,
			once: true
		});
	} catch (reason) {
		recorder.record({
			type: "failed",
			problem: deletionCutOff(id)
		});
		throw reason;
	}
}
async function planOne$1(ctx, { track, snapshot }, deadline) {
	const allowed = await checkDeletable(ctx, snapshot, deadline);
	if (!allowed.ok) return track.record({
		type: "failed",
		problem: allowed.problem
	});
	const step = wouldDelete(track.run, snapshot, apiNow(ctx));
	track.record({
		type: "planned",
		steps: [step]
	});
	ctx.report.line(step);
}
async function removeOne(ctx, { track, snapshot }, deadline) {
	track.record({ type: "began" });
	const deletion = await deleteSnapshot$1(ctx, snapshot, deadline, {
		onSent: () => track.record({
			type: "request sent",
			request: "delete"
		}),
		onRefused: () => track.record({ type: "request refused" })
	});
	track.record(await eventOf(ctx, {
		track,
		snapshot
	}, deletion, deadline));
	const { task } = track.run;
	if (task.state === "running") ctx.report.line(deletionAccepted(track.run, snapshot));
	if (task.state === "succeeded" && deletion.state === "gone") ctx.report.warn(goneAlready(snapshot, deletion.mayBeOurs));
}
async function eventOf(ctx, { track, snapshot }, deletion, deadline) {
	switch (deletion.state) {
		case "forbidden": return {
			type: "failed",
			problem: deletion.problem
		};
		case "failed": return {
			type: "failed",
			problem: await notDeleted(ctx, snapshot, deletion)
		};
		case "deleted": return {
			type: "accepted",
			work: "deletion",
			snapshot
		};
		case "gone": return await isStillListed(ctx, snapshot, deadline) ? {
			type: "failed",
			problem: unknownButListed(track.run, snapshot)
		} : {
			type: "succeeded",
			snapshot,
			how: "already gone"
		};
	}
}
/** It was listed a moment ago: that the API does not know it is believed once the list agrees, or cannot be read. */
async function isStillListed(ctx, snapshot, deadline) {
	const end = await awaitOneGone(ctx, snapshot, deadline);
	return end.state === "expired" && end.lastFailure === void 0;
}
function notDeleted(ctx, snapshot, { failure, mayHaveActed }) {
	return mayHaveActed ? explain(ctx, failure, {
		state: deletionUnknown(snapshot),
		done: "unknown"
	}) : explain(ctx, failure, { state: notDeleted$1(snapshot) });
}
async function verifyGone(ctx, deleted, deadline) {
	const snapshots = deleted.map(({ snapshot }) => snapshot);
	const { end, left } = await awaitGone(ctx, snapshots, deadline, (gone) => {
		for (const { track, snapshot } of deleted) if (snapshot.id === gone) track.record({ type: "succeeded" });
	});
	if (end.state === "done") return;
	const eventFor = end.state === "expired" ? () => timedOut(end) : unseen(await explain(ctx, end.failure));
	for (const { track, snapshot } of deleted) if (left.has(snapshot.id)) track.record(eventFor(snapshot));
}
function unseen(refused) {
	return (snapshot) => {
		const state = deletionUnobservable(snapshot);
		const next = [{
			kind: "list",
			server: snapshot.server.id
		}];
		return {
			type: "left running",
			why: "unobservable",
			problem: {
				...refused,
				state,
				next
			}
		};
	};
}

// src/operations/list.ts
/** Reads the snapshots of some servers, or of all, newest first. */
async function list(ctx, { servers }, recorder) {
	const answer = await readConfirmed(ctx, servers);
	if (!answer.ok) return recorder.record({
		type: "failed",
		problem: await explain(ctx, answer.failure)
	});
	const { unattributed, count } = answer.value;
	const snapshots = answer.value.snapshots.toSorted(compareNewestFirst);
	const ownerless = unattributed.map(({ id }) => id);
	const unreadable = count - snapshots.length - ownerless.length;
	recorder.record({
		type: "listed",
		snapshots,
		asked: servers,
		unclear: {
			ownerless,
			unreadable
		}
	});
	const problem = count === 0 ? await firstUnknown(ctx, servers) : void 0;
	if (problem !== void 0) recorder.record({
		type: "failed",
		problem
	});
	if (snapshots.length > 0) printTable(ctx, resultTable(recorder.run, ctx.origin, apiNow(ctx)));
}
/** One list can be empty by mistake: that there are no snapshots is said after two, some seconds apart. */
async function readConfirmed(ctx, servers) {
	const answer = await readAsked(ctx, servers);
	if (!answer.ok || answer.value.count > 0) return answer;
	await ctx.clock.sleep(confirmationGapMs(ctx.pace), ctx.signal);
	return readAsked(ctx, servers);
}
function readAsked(ctx, servers) {
	const query = servers.length > 0 ? { servers } : {};
	return readList(ctx, query, { deadline: ctx.clock.now() + RETRY_PATIENCE_MS });
}
const LOOKED_UP = 10;
/** The problem of the first server that does not exist, where no snapshot was found; a token may not be able to tell. */
async function firstUnknown(ctx, servers) {
	for (const server of servers.slice(0, LOOKED_UP)) {
		const problem = await unknownServer(ctx, server, ctx.clock.now() + RETRY_PATIENCE_MS);
		if (problem !== void 0) return problem;
	}
}

// src/policy/interleaved.ts
const LOOK_MS$1 = 3e4;
const CANCELLED_LOOK_MS = 5e3;
/** How long the look for a deploy by another run may take, in milliseconds. */
function lookForOthersMs(isCancelled) {
	return isCancelled ? CANCELLED_LOOK_MS : LOOK_MS$1;
}
/**
* The deploy that came after ours: the newest completed snapshot that another run of this repository made before a
* deploy, and that is comparably newer than ours. Restoring ours would undo that deploy, too. Undefined where there is
* none; failed, unfinished, scheduled, safety and kept snapshots and those of unknown age do not count.
* @param snapshots those of our snapshot's server, however its id is written in them
*/
function findInterleaved(ours, snapshots, run) {
	return snapshots.toSorted(compareNewestFirst).filter(isCompleted).filter((snapshot) => compareAge(snapshot, ours) === "newer").flatMap((snapshot) => {
		const marker = parseMarker(snapshot.description);
		return marker?.purpose === "deploy" && isThisRepository(marker, run) && marker.run !== run.runId ? [{
			snapshot,
			marker
		}] : [];
	})[0];
}

// src/requests/retire.ts
/**
* Deletes this workflow's own older snapshots of one server beyond the newest `keepLast`, and records what was deleted and
* what stays.
* @param listed the server's snapshots as they are now
* @param newest the snapshot that this run made
*/
async function retireOlder(ctx, track, rule) {
	const { listed, keepLast, newest, newestIsDeleted, deadline } = rule;
	const facts = {
		snapshots: listed,
		run: ctx.origin,
		now: apiNow(ctx)
	};
	const plan = planKeepLast(facts, {
		keepLast,
		made: newest,
		madeIsDeleted: newestIsDeleted
	});
	for (const snapshot of plan.deletes) await retire(ctx, track, snapshot, {
		by: "keep-last",
		why: "keep-last",
		deadline
	});
	track.record({
		type: "kept",
		kept: plan.keeps
	});
}
/** Deletes one snapshot at the end of a job, and records it. A failure is a warning: it must not make a good deploy red. */
async function retire(ctx, track, snapshot, how) {
	let isSent = false;
	const hooks = {
		onSent: () => {
			isSent = true;
		},
		onRefused: () => {
			isSent = false;
		}
	};
	const record = (end) => track.record({
		type: "deletion ended",
		deletion: {
			snapshot,
			by: how.by,
			end
		}
	});
	try {
		const asked = await tryToDelete(ctx, snapshot, how, hooks);
		record(asked === "deleted" || asked === "gone" ? await confirmed(ctx, snapshot, how, asked) : asked);
	} catch (reason) {
		if (isSent) record("unknown");
		throw reason;
	}
}
/** Before something is said to be deleted, or to be gone, the list agrees. */
async function confirmed(ctx, snapshot, { why, deadline }, asked) {
	if ((await awaitOneGone(ctx, snapshot, deadline)).state === "done") {
		const isOurs = asked === "deleted";
		ctx.report.line(isOurs ? retired(snapshot, why, apiNow(ctx)) : retiredByOther(snapshot, why));
		return asked;
	}
	ctx.report.warn(stillListed(snapshot, why, asked));
	return "unknown";
}
async function tryToDelete(ctx, snapshot, { why, deadline }, hooks) {
	const deletion = await deleteSnapshot$1(ctx, snapshot, deadline, hooks);
	switch (deletion.state) {
		case "forbidden":
			ctx.report.warn(retireForbidden(snapshot, why));
			return "stays";
		case "failed":
			ctx.report.warn(deletion.mayHaveActed ? retireUnclear(snapshot, why, deletion.failure) : retireFailed(snapshot, why, deletion.failure));
			return deletion.mayHaveActed ? "unknown" : "stays";
		case "deleted": return "deleted";
		case "gone":
		case "not wanted": return "gone";
	}
}

// src/policy/restore-end.ts
/** In settle windows after the acceptance: until then a read may be stale, where `restoring` was never seen. */
const TRUSTED_AFTER_WINDOWS = 2;
/**
* Every restore begins with an automatic stop, which may show long before `restoring` does. Five minutes are the
* shortest restore that is documented; a start any sooner could fall into the middle of one.
*/
const STOP_TRUSTED_AFTER_WINDOWS = 5;
/**
* Begins to watch for the end of a restore; no endpoint reports it.
*
* `statusBefore` is the server's status as it was read before the restore was asked for; undefined when it was not.
* `seenRestoring` says that a read of the server has shown `restoring` already. The restore's own answer is no such
* read: the reads right after it can still show the old state.
*/
function startRestoreWatch(acceptedAt, options) {
	const { statusBefore, seenRestoring, config } = options;
	return {
		acceptedAt,
		settle: settleWindow(config),
		confirmation: confirmationWindow(config),
		phaseBefore: statusBefore === void 0 ? void 0 : serverPhase(statusBefore),
		seenRestoring,
		streak: void 0,
		end: void 0
	};
}
/**
* Adds a read of the server's status. After `restoring`, two reads in a row that confirm each other prove the end;
* without it, only the same status throughout a settle window that begins two such windows after the acceptance, or
* five for a stopped server. Once the restore has ended or failed, nothing changes that any more.
*/
function observeServer(watch, status, at) {
	if (watch.end !== void 0) return watch;
	const phase = serverPhase(status);
	if (phase === "restoring") return {
		...watch,
		seenRestoring: true,
		streak: void 0
	};
	const end = endOf(phase, status);
	const isFresh = isProof(watch, phase);
	if (end === void 0 || !isFresh && at < trustedFrom(watch, phase)) return {
		...watch,
		streak: void 0
	};
	const streak = extendStreak(watch.streak, phase, at);
	if (!isSettled(streak, isFresh ? confirmationOf(watch, phase, at) : watch.settle)) return {
		...watch,
		streak
	};
	return {
		...watch,
		streak,
		end: {
			...end,
			observed: watch.seenRestoring ? "restoring seen" : "never seen"
		}
	};
}
/**
* Two reads that confirm each other. Soon after the acceptance both can come from one replica that still shows what the
* server was before (anything, where that was not read): then it has to hold until a settle window is over, which the
* shortest restore far exceeds.
*/
function confirmationOf(watch, phase, at) {
	const { acceptedAt, phaseBefore, settle, confirmation } = watch;
	return (phaseBefore === void 0 || phase === phaseBefore) && at - acceptedAt < settle.durationMs ? settle : confirmation;
}
function endOf(phase, status) {
	if (phase === "active" || phase === "stopped") return {
		state: "ended",
		phase
	};
	return phase === "error" ? {
		state: "failed",
		status
	} : void 0;
}
function trustedFrom({ acceptedAt, settle }, phase) {
	return acceptedAt + trustedAfterWindows(phase) * settle.durationMs;
}
function trustedAfterWindows(phase) {
	return phase === "stopped" ? STOP_TRUSTED_AFTER_WINDOWS : TRUSTED_AFTER_WINDOWS;
}
/**
* How long a server must stand still, where nobody knows whether a restore was accepted, before none is on its way: as
* long as after one that was accepted right before the first read.
*/
function unknownRestoreWindow(phase, config) {
	return times(trustedAfterWindows(phase) + 1, settleWindow(config));
}
/** Whether this cannot be what the server was before the restore: it changed since. */
function isProof({ seenRestoring, phaseBefore }, phase) {
	return seenRestoring || phase === "error" && !(phaseBefore === void 0 || phaseBefore === "error");
}
/** What the reads so far prove. */
function restoreProgress(watch) {
	const { end, seenRestoring, streak } = watch;
	if (end !== void 0) return end;
	return {
		state: "pending",
		seenRestoring,
		isConfirming: streak !== void 0 && isProof(watch, streak.value)
	};
}
/**
* Whether a restore whose answer was lost has certainly begun: the server is restoring, or it ran and is stopped now,
* as every restore begins. Then it is followed, not repeated.
* @param statusBefore as it was read right before the request; undefined when it was not
*/
function hasRestoreBegun(statusBefore, status) {
	const phase = serverPhase(status);
	const ran = statusBefore !== void 0 && serverPhase(statusBefore) === "active";
	return phase === "restoring" || phase === "stopped" && ran;
}

// src/requests/before-restore.ts
/** Nothing has been sent yet. */
function newRestoreProgress() {
	return {
		tries: 0,
		sent: 0,
		unanswered: 0
	};
}
/** How long a look may take for which nothing is to wait. */
const LOOK_MS = 1e4;
/** Reads the server before the request, and waits for one in transition. */
async function readBeforeRestore(ctx, request, progress = newRestoreProgress()) {
	const { track, serverOnly = false, settleBy, wasReadable = false } = request;
	const answeredBefore = wasReadable || track.run.server.readAt !== void 0;
	const began = ctx.clock.now();
	const until = waitUntil(request, progress, began);
	const found = await awaitReadiness(ctx, {
		track,
		intent: "restore",
		deadline: until,
		serverOnly: serverOnly || settleBy !== void 0 && began >= settleBy,
		answeredBefore,
		...progress.askedIn === void 0 ? {} : { settledAs: progress.askedIn }
	});
	switch (found.state) {
		case "ready": return asked(track, found.server, progress);
		case "restoring":
			track.record({
				type: "status seen",
				status: found.server.status
			});
			if (progress.sent === 0) return failed(alreadyRestoring(request, RESTORE_NOT_SENT));
			return success(progress.unanswered > 0 ? "ours" : "perhaps ours");
		case "refused": return answeredBefore && isPressing(request, progress) ? unreadButDue(ctx, request, progress, found.failure) : unreadableBeforeRestore(ctx, request, found.failure, progress.unanswered > 0);
		case "expired": return afterWaiting(ctx, request, progress, {
			...found,
			began
		});
	}
}
/**
* A rollback was due: to send it without a look risks no more than to repeat what somebody else has restored. Only a request
* of ours that may have acted is never repeated blindly.
*/
function isPressing({ settleBy }, { unanswered }) {
	return settleBy !== void 0 && unanswered === 0;
}
function waitUntil(request, progress, now) {
	const { deadline, settleBy } = request;
	if (settleBy === void 0 || !isPressing(request, progress)) return deadline;
	return Math.max(settleBy, now + Math.min(LOOK_MS, (deadline - now) / 2));
}
function asked(track, server, progress) {
	track.record({
		type: "server read",
		server
	});
	progress.askedIn = server.status;
	return success(server);
}
/** The time for it is over, and the server has not settled or did not answer. */
async function afterWaiting(ctx, request, progress, { server, lastFailure, began }) {
	const { track } = request;
	if (isPressing(request, progress)) return server !== void 0 && lastFailure === void 0 ? asked(track, server, progress) : unreadButDue(ctx, request, progress, lastFailure);
	const late = unready(track.run, ctx.clock.now() - began, {
		server,
		lastFailure
	});
	const { unanswered, refusal } = progress;
	if (unanswered === 0 && refusal !== void 0) return failed(await refusedProblem(ctx, request, refusal, progress));
	return failed(notSettledForRestore(late, track.run, unanswered > 0));
}
function unreadButDue(ctx, { track }, progress, failure) {
	if (progress.isUnreadSaid !== true) ctx.report.warn(restoringUnseen(track.run, failure));
	progress.isUnreadSaid = true;
	return success(void 0);
}
async function unreadableBeforeRestore(ctx, { track, allowUnreadableServer }, failure, unanswered) {
	if (unanswered) {
		const state = earlierUnanswered(track.run);
		return failed(await explain(ctx, failure, {
			state,
			done: "unknown"
		}));
	}
	if (failure.status !== 403) return failed(await explain(ctx, failure, { state: NOTHING_OVERWRITTEN }));
	if (!allowUnreadableServer) return failed(await explain(ctx, failure, { state: needsReadableServer(track.run) }));
	ctx.report.warn(restoringUnread(track.run));
	return success(void 0);
}
/** Why a restore was refused for good, or until its time was over. */
async function refusedProblem(ctx, { track, settleBy }, failure, { unanswered, busySince }) {
	const isBusy = isMomentaryRefusal(failure);
	const [outcome, done] = unanswered > 0 ? [earlierUnanswered(track.run), "unknown"] : [notOverwritten(track.run), "nothing"];
	const state = isBusy ? `${outcome} ${statusOfRefused(track.run)}` : outcome;
	const problem = await explain(ctx, failure, {
		state,
		done
	});
	const lastedMs = ctx.clock.now() - (busySince ?? ctx.clock.now());
	if (!isBusy || lastedMs < 1e3 || unanswered > 0) return problem;
	const { isUnnamed: _, ...named } = problem;
	return {
		...named,
		...keptRefusing(track.run, failure, lastedMs, settleBy !== void 0)
	};
}
/** The error of a restore that meets another one. */
function alreadyRestoring({ track, snapshot }, sent) {
	return alreadyRestoring$1(track.run, sent, snapshot.id);
}

// src/requests/restore-snapshot.ts
/**
* Asks for a restore until it is accepted. The server is read immediately before; a request that was never answered is sent
* a second time only when the server stood still for a while, and never a third time. The record is `requested` while an
* answer is outstanding; what the caller makes of the result is the caller's to record.
*/
async function restoreSnapshot$1(ctx, request) {
	const progress = newRestoreProgress();
	for (;;) {
		const before = await readBeforeRestore(ctx, request, progress);
		if (!before.ok) return before;
		if (before.value === "ours") return success(seenRestoring(ctx, void 0, true));
		if (before.value === "perhaps ours") return success(seenRestoring(ctx, void 0, false));
		const sent = await sendOnce(ctx, request, before.value?.status, progress);
		if (sent.state === "problem") return failed(sent.problem);
		if (sent.state === "accepted") return success(sent.acceptance);
	}
}
/**
* What a server that is restoring now says of a request that was not accepted. Nothing tells from which snapshot it is
* restored. After an unanswered request it is ours. After one that was refused, a box in between may have sent ours twice;
* or somebody else was faster, which a read just before, of a replica that lags, need not show. Nothing is sent into it,
* and it is followed, but it is not called ours: green must mean that it is done.
*/
function seenRestoring(ctx, statusBefore, isOurs) {
	return {
		at: ctx.clock.now(),
		statusBefore,
		seenRestoring: true,
		isOurs
	};
}
async function sendOnce(ctx, request, statusBefore, progress) {
	const { track, snapshot, deadline } = request;
	const isDue = request.settleBy !== void 0;
	const readAt = ctx.clock.now();
	track.record({
		type: "request sent",
		request: "restore"
	});
	progress.sent += 1;
	const answer = await ctx.api.restoreSnapshot({
		snapshot: snapshot.id,
		server: track.run.server.id
	}, {
		deadline,
		once: true,
		isDue
	});
	if (answer.ok) return accepted(ctx, statusBefore);
	const { failure } = answer;
	if (isAmbiguous(failure)) return afterLostAnswer(ctx, request, failure, statusBefore, progress);
	if (progress.unanswered === 0) track.record({ type: "request refused" });
	if ((isDue || statusBefore !== void 0 && progress.unanswered === 0 && failure.status !== 403) && await outlast(ctx, failure, progress, deadline)) return { state: "again" };
	if (isMomentaryRefusal(failure)) return afterMomentaryRefusal(ctx, request, failure, statusBefore, progress);
	if (!await backOff(ctx, failure, progress, {
		deadline,
		isDue
	})) return refused(ctx, request, failure, progress);
	if (progress.unanswered > 0 && ctx.clock.now() - readAt > SHORTEST_RESTORE_MS) return unclear(request, failure, SERVER_UNSEEN);
	return isFromIntermediary(failure) && statusBefore !== void 0 ? lookAfterPage(ctx, request, failure, statusBefore) : { state: "again" };
}
const SHORT_OF_TIME_MS = 5 * MINUTE_MS$1;
function isInHurry(ctx, { settleBy, deadline }) {
	return settleBy !== void 0 && deadline - ctx.clock.now() < SHORT_OF_TIME_MS;
}
async function lookAfterPage(ctx, request, failure, statusBefore) {
	const { deadline, settleBy } = request;
	const now = ctx.clock.now();
	const window = isInHurry(ctx, request) ? confirmationWindow(ctx.pace) : settleWindow(ctx.pace);
	const end = await watchForRestoring(ctx, request, statusBefore, {
		until: settleBy === void 0 ? deadline : now + (deadline - now) / 2,
		window
	});
	if (end.state !== "done" && settleBy !== void 0) return { state: "again" };
	if (end.state === "refused") return unclear(request, failure, describeFailure(end.failure));
	if (end.state === "expired") return unclear(request, failure, SERVER_UNREADABLE_FOR_LONG);
	return end.value.seen === "idle" || end.value.seen === "unseen" ? { state: "again" } : acceptedAfterAll(ctx, request, statusBefore, end.value.seen === "restoring");
}
function accepted(ctx, statusBefore, isRestoring = false) {
	return {
		state: "accepted",
		acceptance: {
			at: ctx.clock.now(),
			statusBefore,
			seenRestoring: isRestoring,
			isOurs: true
		}
	};
}
async function refused(ctx, request, failure, progress) {
	return {
		state: "problem",
		problem: await refusedProblem(ctx, request, failure, progress)
	};
}
/** No answer: `restoring` is the acceptance; a settle window without it allows one more request. */
async function afterLostAnswer(ctx, request, lost, statusBefore, progress) {
	const { track, deadline, settleBy } = request;
	progress.unanswered += 1;
	if (statusBefore === void 0 && settleBy === void 0) return unclear(request, lost, SERVER_UNREADABLE);
	ctx.report.line(lookingForRestoring(track.run, lost));
	const end = await watchForRestoring(ctx, request, statusBefore, {
		until: deadline,
		window: isInHurry(ctx, request) ? briefWindow(ctx.pace) : settleWindow(ctx.pace)
	});
	if (end.state === "refused") return unclear(request, lost, describeFailure(end.failure));
	if (end.state === "expired") return unclear(request, lost, SERVER_UNREADABLE_FOR_LONG);
	const { seen } = end.value;
	if (seen === "unseen") return unclear(request, lost, SERVER_UNSEEN);
	if (seen !== "idle") return acceptedAfterAll(ctx, request, statusBefore, seen === "restoring");
	if (progress.unanswered > 1) return unclear(request, lost, sentTwice(track.run));
	ctx.report.line(restoreDidNothing(track.run));
	return { state: "again" };
}
function acceptedAfterAll(ctx, { track }, statusBefore, isRestoring) {
	ctx.report.line(restoreWasAccepted(track.run));
	return accepted(ctx, statusBefore, isRestoring);
}
const SHORTEST_RESTORE_MS = 4 * MINUTE_MS$1;
/** Reads until the restore has begun, the server has stood still for a window, or went unseen for too long. */
function watchForRestoring(ctx, { track }, statusBefore, { until, window }) {
	let lastRead = ctx.clock.now();
	return pollUntilStable(ctx, {
		deadline: until,
		window,
		answeredBefore: true
	}, () => readServerOf(ctx, track, {
		deadline: until,
		once: true
	}), ({ status }) => {
		const now = ctx.clock.now();
		const phase = serverPhase(status);
		track.record({
			type: "status seen",
			status
		});
		if (phase === "restoring") return {
			state: "done",
			value: { seen: "restoring" }
		};
		if (hasRestoreBegun(statusBefore, status)) return {
			state: "done",
			value: { seen: "begun" }
		};
		if (now - lastRead > SHORTEST_RESTORE_MS) return {
			state: "done",
			value: { seen: "unseen" }
		};
		lastRead = now;
		if (phase === "stopped" && statusBefore === void 0) return { state: "moving" };
		return {
			state: "holding",
			as: status.toLowerCase(),
			value: { seen: "idle" }
		};
	});
}
function unclear({ track, snapshot }, lost, why) {
	return {
		state: "problem",
		problem: restoreUnclear(track.run, snapshot.id, lost, why)
	};
}
/** 400, 409 and their like: reading the server tells what keeps the API from restoring. */
async function afterMomentaryRefusal(ctx, request, refusal, statusBefore, progress) {
	const { track, deadline, settleBy } = request;
	const now = ctx.clock.now();
	progress.busySince ??= now;
	progress.refusal = refusal;
	const until = settleBy === void 0 ? deadline : Math.min(deadline, now + LOOK_MS);
	const answer = await readServerOf(ctx, track, {
		deadline: until,
		once: true
	});
	if (answer.ok) track.record({
		type: "status seen",
		status: answer.value.status
	});
	const phase = answer.ok ? serverPhase(answer.value.status) : void 0;
	if (phase === "restoring") return {
		state: "accepted",
		acceptance: seenRestoring(ctx, statusBefore, progress.unanswered > 0)
	};
	if (phase === "transitioning" && settleBy === void 0) {
		ctx.report.line(refusedForNow(track.run));
		const remainingMs = deadline - ctx.clock.now();
		const gap = nextDelay({
			schedule: "power",
			elapsedMs: [0],
			remainingMs
		}, ctx.pace, ctx.random);
		await ctx.clock.sleep(gap, ctx.signal);
		return { state: "again" };
	}
	if (await backOff(ctx, refusal, progress, {
		deadline,
		patienceMs: Number.POSITIVE_INFINITY,
		isDue: settleBy !== void 0
	})) return { state: "again" };
	return refused(ctx, request, refusal, progress);
}

// src/waiting/restore-completion.ts
/** Of a fleet one line a minute is enough: the first that is still being restored speaks for all. */
function heartbeat(run, group, elapsed) {
	if (run.task.state !== "running") return restoringPerhapsForeign(run, elapsed);
	const restoring = group.filter(({ task }) => task.state === "running");
	if (restoring.length === 1) return restoringOne(run, elapsed);
	if (restoring[0]?.server.id !== run.server.id) return void 0;
	return restoringSeveral(restoring.length, run, elapsed);
}
/**
* Follows an accepted restore to its end, and records it.
* @param options `snapshot`: what it is restored from; `group`: the records of all that are restored beside it, itself
*   included
* @returns the phase in which it left the server; undefined where it did not end well, as the record then says
*/
async function awaitRestoreEnd(ctx, track, acceptance, { snapshot, deadline, group }) {
	let watch = startRestoreWatch(acceptance.at, {
		statusBefore: acceptance.statusBefore,
		seenRestoring: acceptance.seenRestoring,
		config: ctx.pace
	});
	const note = statusLog(ctx, track);
	let isFoundByName = false;
	const attempt = async () => toAttempt(await readServerOf(ctx, track, {
		deadline,
		once: true
	}), (server) => {
		note(server.status);
		isFoundByName = server.foundByName;
		watch = observeServer(watch, server.status, ctx.clock.now());
		const progress = restoreProgress(watch);
		return progress.state === "pending" ? { state: "pending" } : {
			state: "done",
			value: progress
		};
	});
	return recordEnd(ctx, track, snapshot, await poll(ctx, {
		schedule: "restore",
		answeredBefore: acceptance.statusBefore !== void 0 || acceptance.seenRestoring,
		began: acceptance.at,
		deadline,
		startAfterDelay: true,
		heartbeat: (elapsed) => heartbeat(track.run, group(), elapsed),
		isConfirming: () => {
			const progress = restoreProgress(watch);
			return progress.state === "pending" && progress.isConfirming;
		}
	}, attempt), isFoundByName);
}
async function recordEnd(ctx, track, snapshot, end, isFoundByName) {
	const { run } = track;
	if (end.state === "refused") {
		const state = restoreUnobservable(serverLabel(run));
		const next = [{
			kind: "follow",
			snapshot: snapshot.id,
			isRestore: true
		}];
		track.record({
			type: "left running",
			why: "unobservable",
			problem: await explain(ctx, end.failure, {
				state,
				next
			})
		});
		return;
	}
	if (end.state === "expired") {
		track.record(timedOut(end));
		return;
	}
	if (end.value.state === "failed") {
		const problem = restoreFailed(run, snapshot.id, end.value.status);
		track.record({
			type: "failed",
			problem: {
				...problem,
				candidates: await otherSnapshots(ctx, run, snapshot)
			}
		});
		return;
	}
	if (isFoundByName && end.value.observed === "never seen") {
		track.record({
			type: "failed",
			problem: wrongServerPerhaps(run)
		});
		return;
	}
	track.record({
		type: "succeeded",
		how: end.value.observed === "never seen" ? "never seen" : "seen"
	});
	return end.value.phase;
}
const OTHERS_TIME_MS = 1e4;
/** What could be restored instead, newest first; nothing where the list cannot be read. */
async function otherSnapshots(ctx, { server, safety }, failed) {
	const options = {
		deadline: ctx.clock.now() + OTHERS_TIME_MS,
		once: true
	};
	const list = await readSnapshots(ctx, [server.id], options);
	const used = [failed.id, safety?.snapshot.id];
	return (list.ok ? list.value : []).filter((snapshot) => isCompleted(snapshot) && !used.includes(snapshot.id)).toSorted(compareNewestFirst);
}
/** Waits until `restoring` is seen at the server, or `until`; whether it was seen. */
async function awaitRestoring(ctx, track, until) {
	const note = statusLog(ctx, track);
	return (await poll(ctx, {
		schedule: "settle",
		began: ctx.clock.now(),
		deadline: until
	}, async () => toAttempt(await readServerOf(ctx, track, {
		deadline: until,
		once: true
	}), (server) => {
		note(server.status);
		return serverPhase(server.status) === "restoring" ? {
			state: "done",
			value: true
		} : { state: "pending" };
	}))).state === "done";
}
/** Records the server's status, and says it when it changes. */
function statusLog(ctx, track) {
	return (status) => {
		if (status !== track.run.server.status) ctx.report.line(statusChanged(track.run, status));
		track.record({
			type: "status seen",
			status
		});
	};
}

// src/operations/restore-servers.ts
const GRACE_PERIOD_MS = 3e4;
/**
* Restores servers side by side, `max-parallel` at once; the records say how it went. After a cancel all requests go
* out first, and what is to be told is told, before `restoring` is waited for, for all of them in one short time.
*
* The rollback of a job has a place for every server: a deploy that failed is on all of them, what a restore takes is
* VPS.org's and not ours, and one that waited for the others' ends could be left without any time. The requests
* themselves are paced all the same.
*/
async function restoreServers(ctx, jobs, { prepare, onAsked } = {}) {
	const places = jobs.some(({ settleBy }) => settleBy !== void 0) ? jobs.length : ctx.maxParallel;
	const restoreOne = async (job) => {
		if (ctx.clock.now() >= job.deadline) {
			job.track.record({
				type: "skipped",
				why: "out of time"
			});
			return [];
		}
		if (prepare !== void 0 && !await prepare(job)) return [];
		const acceptance = await askForRestore(ctx, job);
		if (acceptance === void 0) return [];
		if (job.waitFor === "grace period") return [{
			job,
			acceptance
		}];
		if (job.waitFor === "completion") await followRestore(ctx, job.track, job, acceptance);
		else await awaitAcceptance(ctx, job, acceptance);
		return [];
	};
	const left = (await sideBySide(jobs, places, async (job, inTurn) => {
		if (jobs.length > places) await awaitSettled(ctx, job);
		return inTurn(() => restoreOne(job));
	})).flat();
	if (left.length === 0) return;
	await onAsked?.();
	const deadline = Math.max(...left.map(({ job }) => job.deadline));
	const until = Math.min(deadline, ctx.clock.now() + GRACE_PERIOD_MS);
	await sideBySide(left, left.length, ({ job, acceptance }) => seeRestoring(ctx, job.track, acceptance, until));
}
/** Waits outside of the places, for half of the time; what becomes of it is found out, and said, when its turn comes. */
async function awaitSettled(ctx, { track, deadline, serverOnly = false }) {
	const now = ctx.clock.now();
	await awaitReadiness(ctx, {
		track,
		intent: "restore",
		serverOnly,
		deadline: now + (deadline - now) / 2
	});
}
/** Asks for the restore of one server; undefined where it was not accepted, as the record then says. */
async function askForRestore(ctx, job) {
	const { track, snapshot } = job;
	track.record({ type: "began" });
	const asked = await restoreSnapshot$1(ctx, job);
	if (!asked.ok) {
		track.record({
			type: "failed",
			problem: asked.problem
		});
		return;
	}
	if (!asked.value.isOurs) {
		const problem = perhapsForeign(track.run, snapshot.id);
		track.record({
			type: "failed",
			problem
		});
		ctx.report.line(`${problem.what} ${problem.state}`);
		return asked.value;
	}
	track.record({
		type: "accepted",
		work: "restore",
		snapshot
	});
	ctx.report.line(restoreAccepted(track.run));
	if (job.waitFor === "grace period") track.record({
		type: "left running",
		why: job.allowUnreadableServer ? "not awaited" : "job cancelled"
	});
	return asked.value;
}
async function awaitAcceptance(ctx, job, acceptance) {
	const until = Math.min(job.deadline, ctx.clock.now() + settleWindow(ctx.pace).durationMs);
	await seeRestoring(ctx, job.track, acceptance, until);
	job.track.record({
		type: "left running",
		why: "not awaited"
	});
}
/** Waits until the accepted restore is seen at the server, until `until` at most. */
async function seeRestoring(ctx, track, acceptance, until) {
	if (!(acceptance.seenRestoring || await awaitRestoring(ctx, track, until))) ctx.report.line(notSeenRestoring(track.run));
}
/** Follows an accepted restore to its end, starts a server that it left stopped, and checks its health. */
async function followRestore(ctx, track, after, acceptance) {
	const group = () => after.group.map(({ run }) => run);
	const { snapshot, deadline } = after;
	const phase = await awaitRestoreEnd(ctx, track, acceptance, {
		snapshot,
		deadline,
		group
	});
	if (phase === void 0) return;
	ctx.report.line(restoreEnded(track.run, phase));
	if (phase === "active" && mayBeDown$1(track.run)) track.record({ type: "started" });
	if (phase === "stopped" && !after.startAfterRestore) {
		track.record({ type: "left stopped" });
		ctx.report.line(leftStopped(track.run));
		return;
	}
	if (phase === "stopped" && !await startRestored(ctx, track, deadline)) return;
	await checkHealth(ctx, track, after.health, deadline);
}

// src/operations/post.ts
const DELETIONS_TIME_MS = 5 * MINUTE_MS$1;
const POST_STEP_AFTER_CANCEL_MS = 2 * MINUTE_MS$1;
/**
* The end of the job: starts what the main stage left stopped, restores, deletes, keeps the last N; only what this
* step's own main stage made.
* @param onAsked called in a cancelled job once every restore has been asked for
*/
async function runPost(context, saved, recorder, onAsked) {
	const { jobStatus, began } = recorder.run;
	const { plan } = saved;
	const until = jobStatus === "cancelled" ? began + POST_STEP_AFTER_CANCEL_MS : Number.POSITIVE_INFINITY;
	const ctx = {
		...context,
		endsBy: until
	};
	const rollback = rollbackOf(saved, jobStatus);
	recorder.record({
		type: "rollback",
		rollback
	});
	const servers = saved.servers(rollback === "due" ? "restore" : "clean up");
	recorder.record({
		type: "servers found",
		servers
	});
	const stopped = recorder.tracks.filter(({ run }) => mayBeDown$1(run));
	await forEachServer(ctx, stopped, (track) => startStopped(ctx, track, until));
	if (jobStatus === "unknown") {
		if (rollback === "not due" && (plan.deleteOn.length > 0 || plan.keepLast !== void 0)) ctx.report.warn(JOB_STATUS_UNKNOWN$1);
		return;
	}
	if (rollback === "due") await restoreGroup(ctx, saved, recorder, {
		until,
		onAsked
	});
	if (plan.deleteOn.includes(jobStatus)) await deleteOwn(ctx, recorder, until);
	const { keepLast } = plan;
	if (jobStatus !== "success") {
		if (keepLast !== void 0) recorder.record({
			type: "retention",
			retention: "job not successful"
		});
		if (plan.whenFull !== "delete-oldest") warnOfFullServers(ctx, recorder);
	} else if (keepLast !== void 0) await retain(ctx, recorder, {
		keepLast,
		newestIsDeleted: plan.deleteOn.includes("success")
	});
}
/** Before the main stage saw every snapshot of its group completed, and ended green, nothing can have been deployed. */
function rollbackOf({ plan, isGreen, isGroupCompleted }, jobStatus) {
	if (jobStatus === "unknown") return plan.restoreOn.length > 0 ? "job status unknown" : "not due";
	if (!plan.restoreOn.includes(jobStatus)) return "not due";
	return isGreen && isGroupCompleted ? "due" : "snapshot step not green";
}
async function startStopped(ctx, track, until) {
	track.record({ type: "began" });
	await ensureStarted(ctx, track, until);
}
async function restoreGroup(ctx, { plan }, recorder, { until, onAsked }) {
	const { tracks, run } = recorder;
	const isCancelled = run.jobStatus === "cancelled";
	const isListReadable = await refuseInterleaved(ctx, recorder, lookForOthersMs(isCancelled));
	const now = ctx.clock.now();
	const deadline = Math.min(until, now + plan.restoreTimeoutMs);
	const how = {
		waitFor: isCancelled ? "grace period" : "completion",
		allowUnreadableServer: false,
		serverOnly: isCancelled || !isListReadable,
		settleBy: now + (deadline - now) / 2,
		wasReadable: true,
		deadline,
		startAfterRestore: plan.startAfterRestore,
		health: plan.health,
		group: tracks
	};
	const jobs = pendingOf(tracks).map((target) => ({
		...target,
		...how
	}));
	await ctx.report.group(GROUPS.restore, () => restoreServers(ctx, jobs, { onAsked }));
}
/** What is still to be restored. */
function pendingOf(tracks) {
	return tracks.flatMap((track) => {
		const { target: snapshot, task } = track.run;
		return snapshot === void 0 || task.state !== "pending" ? [] : [{
			track,
			snapshot
		}];
	});
}
/**
* Where another run has deployed since, a rollback would undo that deploy, too. A fleet is one group: where that run has
* deployed to one of its servers, it is likely to be at work on the others, and a fleet of which some servers are as before
* both deploys and some as after the other fits together with neither. What is not restored now can still be restored by
* hand, and what is overwritten is gone. A list that cannot be read is a warning: a rollback does not need it.
* @returns whether the list could be read
*/
async function refuseInterleaved(ctx, { tracks }, timeMs) {
	const servers = tracks.map(({ run }) => run.server.id);
	const deadline = ctx.clock.now() + timeMs;
	const list = await readForChoice(ctx, servers, { deadline });
	if (!list.ok) {
		ctx.report.warn(interleavedUnknown(list.failure));
		return false;
	}
	const byServer = Map.groupBy(list.value.snapshots, ({ server }) => server.id);
	const pending = pendingOf(tracks).map((target) => {
		const listed = byServer.get(target.track.run.server.id) ?? [];
		return {
			...target,
			found: findInterleaved(target.snapshot, listed, ctx.origin)
		};
	});
	const elsewhere = pending.flatMap(({ track, found }) => found === void 0 ? [] : [{
		track,
		found
	}])[0];
	if (elsewhere === void 0) return true;
	for (const { track, snapshot, found } of pending) {
		const problem = found === void 0 ? interleavedInGroup(track.run, snapshot, elsewhere.track.run, elsewhere.found) : interleaved(track.run, snapshot, found, ctx.origin.runId);
		track.record({
			type: "failed",
			problem
		});
	}
	return true;
}
async function deleteOwn(ctx, { tracks, run }, until) {
	const deadline = Math.min(until, ctx.clock.now() + DELETIONS_TIME_MS);
	await forEachServer(ctx, tracks, async (track) => {
		const { target } = track.run;
		const how = {
			by: "delete-on",
			why: `delete-on: ${run.jobStatus}`,
			deadline
		};
		if (target !== void 0) await retire(ctx, track, target, how);
	});
}
/** Whatever does not work is a warning: it must not make a good deploy red. */
async function retain(ctx, recorder, { keepLast, newestIsDeleted }) {
	const own = recorder.tracks.flatMap((track) => {
		const newest = track.run.target;
		return newest !== void 0 && isCompleted(newest) ? [{
			track,
			newest
		}] : [];
	});
	if (own.length === 0) return;
	const deadline = ctx.clock.now() + DELETIONS_TIME_MS;
	recorder.record({
		type: "retention",
		retention: "asked"
	});
	const servers = own.map(({ track }) => track.run.server.id);
	const list = await readForChoice(ctx, servers, { deadline });
	if (!list.ok || !list.value.consistent) {
		recorder.record({
			type: "retention",
			retention: "list unreadable"
		});
		ctx.report.warn(list.ok ? RETENTION_LIST_MOVES : retentionUnreadable(list.failure));
		return;
	}
	const listed = Map.groupBy(list.value.snapshots, (snapshot) => snapshot.server.id);
	await forEachServer(ctx, own, ({ track, newest }) => retireOlder(ctx, track, {
		listed: listed.get(track.run.server.id) ?? [],
		keepLast,
		newest: newest.id,
		newestIsDeleted,
		deadline
	}));
}
/** After a failed job nothing frees a slot: where the server is full now, the next create is refused. */
function warnOfFullServers(ctx, { tracks }) {
	for (const { run } of tracks) if ((run.slots ?? 0) >= 5 && run.deletions.every(({ end }) => end !== "deleted")) ctx.report.warn(fullAfterFailure(run));
}

// src/operations/restore.ts
/**
* Overwrites each snapshot's server with it. Each server is tried; the step is red if any did not come back.
* @param onAsked called in a cancelled job once every request is out
*/
async function restore(ctx, inputs, recorder, onAsked) {
	const deadline = ctx.clock.now() + timeOf(inputs);
	const chosen = await ctx.report.group(GROUPS.preflight, () => chooseTargets(ctx, inputs, recorder, deadline));
	if (!chosen.ok) return recorder.record({
		type: "failed",
		problem: chosen.problem
	});
	const targets = chosen.value;
	if (inputs.dryRun) return void await forEachServer(ctx, targets, (target) => planOne(ctx, inputs, target, deadline));
	if (targets.length === 0) return;
	const group = targets.map(({ track }) => track);
	const times = {
		deadline,
		settleBy: ctx.clock.now() + (deadline - ctx.clock.now()) / 2
	};
	const jobs = targets.map((target) => jobOf(inputs, target, group, times));
	const poller = createSnapshotPoller(ctx, deadline);
	const prepare = (job) => takeSafetyFirst(ctx, inputs, poller, job);
	await ctx.report.group(GROUPS.restore, () => restoreServers(ctx, jobs, {
		prepare,
		onAsked
	}));
}
const REQUEST_TIME_AFTER_CANCEL_MS = 4 * MINUTE_MS$1;
function timeOf({ timeoutMs, jobStatus }) {
	return jobStatus === "cancelled" ? Math.min(timeoutMs, REQUEST_TIME_AFTER_CANCEL_MS) : timeoutMs;
}
function jobOf(inputs, target, group, { deadline, settleBy }) {
	const { startAfterRestore, health, wait } = inputs;
	const job = {
		...target,
		allowUnreadableServer: !wait,
		deadline,
		startAfterRestore,
		health,
		group
	};
	return inputs.jobStatus === "cancelled" ? {
		...job,
		waitFor: "grace period",
		serverOnly: true,
		settleBy
	} : {
		...job,
		waitFor: wait ? "completion" : "acceptance"
	};
}
/** Finds the snapshots and refuses, before anything is changed, what must not be restored. */
async function chooseTargets(ctx, inputs, recorder, deadline) {
	const { choice, servers: guard } = inputs;
	const found = await findSnapshots(ctx, {
		choice,
		allowedServers: guard,
		use: "restore",
		deadline
	});
	if (!found.ok) return found;
	const { present, absent } = found.value;
	const twice = findSameServer(ctx, present, ({ server }) => server.id);
	if (twice !== void 0) return failed(twoOfOneServer(...twice));
	if (absent.length > 0) recorder.record({
		type: "failed",
		problem: await notFound(ctx, inputs, absent, deadline)
	});
	const targets = [];
	for (const target of recordTargets(recorder, "restore", present)) {
		const problem = await checkRestorable(ctx, inputs, target, deadline);
		if (problem === void 0) targets.push(target);
		else target.track.record({
			type: "failed",
			problem
		});
	}
	if (targets.length > 0) await warnOfInterleaved(ctx, inputs, targets, deadline);
	return success(targets);
}
/** A person may well mean it: that another run has deployed since is a warning. A look at the list holds no restore up. */
async function warnOfInterleaved(ctx, { jobStatus }, targets, deadline) {
	const servers = targets.map(({ track }) => track.run.server.id);
	const by = Math.min(deadline, ctx.clock.now() + lookForOthersMs(jobStatus === "cancelled"));
	const list = await readSnapshots(ctx, servers, {
		deadline: by,
		once: true
	});
	if (!list.ok) return;
	for (const { track, snapshot } of targets) {
		const listed = list.value.filter(({ server }) => server.id === track.run.server.id);
		const found = findInterleaved(snapshot, listed, madeBy(snapshot, ctx.origin));
		if (found !== void 0) ctx.report.warn(interleavedWarning(track.run, found));
	}
}
/** Seen from the run that made the snapshot. */
function madeBy({ description }, run) {
	return {
		...run,
		runId: parseMarker(description)?.run ?? run.runId
	};
}
/** The snapshots that no list holds. Without a server-id they may have been meant to be of any server. */
async function notFound(ctx, inputs, absent, deadline) {
	return notFound$2(absent, await restorableOn(ctx, inputs, inputs.servers, deadline));
}
/** Why a snapshot must not be restored, with what could be restored instead. */
async function checkRestorable(ctx, inputs, { track, snapshot }, deadline) {
	const rejection = rejectionOf(ctx, inputs, snapshot);
	if (rejection === void 0) return void 0;
	const candidates = await restorableOn(ctx, inputs, [track.run.server.id], deadline);
	return rejected(track.run, snapshot, rejection, candidates);
}
/** What could be restored instead on some servers, or on any; undefined where the list cannot be read. */
async function restorableOn(ctx, inputs, servers, deadline) {
	const isRestorable = (snapshot) => rejectionOf(ctx, inputs, snapshot) === void 0;
	const list = await readSnapshots(ctx, servers, {
		deadline,
		once: true
	}, isRestorable);
	return list.ok ? list.value : void 0;
}
function rejectionOf(ctx, { maxSnapshotAgeMs: maxAgeMs }, snapshot) {
	if (snapshotPhase(snapshot.status) !== "completed") return { why: "not completed" };
	if (maxAgeMs === void 0) return void 0;
	const age = ageOf$1(snapshot, apiNow(ctx));
	if (age.state === "unknown") return { why: "age unknown" };
	if (age.state === "future" || isAhead(-age.atMostMs, 0)) return { why: "dated ahead" };
	if (age.atMostMs <= maxAgeMs) return void 0;
	return {
		why: "too old",
		ageMs: age.atMostMs,
		maxAgeMs
	};
}
async function planOne(ctx, inputs, target, deadline) {
	const { track, snapshot } = target;
	const state = DRY_RUN_SENT_NOTHING;
	const answer = await readServerOf(ctx, track, { deadline });
	if (answer.ok) track.record({
		type: "status seen",
		status: answer.value.status
	});
	else if (answer.failure.status !== 403 || inputs.wait) return track.record({
		type: "failed",
		problem: await explain(ctx, answer.failure, { state })
	});
	else ctx.report.warn(unreadableForPlan(track.run.server.id));
	const blocker = await findBlocker(ctx, inputs, target, deadline);
	if (blocker !== void 0) return track.record({
		type: "failed",
		problem: blocker
	});
	const steps = [...inputs.safetySnapshot ? [wouldTakeSafety(track.run)] : [], wouldOverwrite$1(track.run, snapshot, apiNow(ctx))];
	track.record({
		type: "planned",
		steps
	});
	for (const step of steps) ctx.report.line(step);
}
/** Why the restore itself would be refused at once. */
async function findBlocker(ctx, inputs, target, deadline) {
	const { server } = target.track.run;
	if (serverPhase(server.status ?? "") === "restoring") return alreadyRestoring(target, DRY_RUN_SENT_NOTHING);
	if (!inputs.safetySnapshot) return void 0;
	const list = await readSnapshots(ctx, [server.id], { deadline });
	if (!list.ok) return explain(ctx, list.failure, { state: DRY_RUN_SENT_NOTHING });
	return list.value.length < 5 ? void 0 : serverIsFull(ctx, target.track.run, list.value, "not offered");
}
/** Takes the safety snapshot where one is asked for; false: it could not be made, and nothing may be overwritten. */
async function takeSafetyFirst(ctx, inputs, poller, job) {
	if (!inputs.safetySnapshot) return true;
	const { track } = job;
	if (job.waitFor === "grace period") ctx.report.warn(safetyInCancelledJob(track.run));
	const { settleBy: _, ...patient } = job;
	const settled = {
		...patient,
		serverOnly: false
	};
	const ready = await readBeforeRestore(ctx, settled);
	if (!ready.ok) {
		track.record({
			type: "failed",
			problem: ready.problem
		});
		return false;
	}
	const problem = await takeSafetySnapshot(ctx, settled, poller);
	if (problem !== void 0) track.record({
		type: "failed",
		problem: safetyFailed(track.run, problem)
	});
	return problem === void 0;
}
/** Takes a snapshot of what is about to be overwritten; why that did not work, where it did not. */
async function takeSafetySnapshot(ctx, job, poller) {
	const { track, deadline } = job;
	const began = ctx.clock.now();
	const before = await readSnapshots(ctx, [track.run.server.id], { deadline });
	if (!before.ok) return explain(ctx, before.failure);
	const request = newCreateRequest(ctx, {
		track,
		kind: "safety snapshot",
		name: safetyName(ctx),
		description: safetyDescription(track.run),
		purpose: "safety",
		before: before.value,
		whenFull: "not offered",
		shorterName: shortDefaultName(ctx.origin),
		deadline,
		recheck: async () => {
			const again = await readBeforeRestore(ctx, job);
			return again.ok ? void 0 : again.problem;
		}
	});
	const made = await createSnapshot$1(ctx, request);
	if (!made.ok) return made.problem;
	const snapshot = made.value;
	track.record({
		type: "safety snapshot accepted",
		snapshot
	});
	ctx.report.line(safetyAccepted(track.run, snapshot));
	const end = await poller.waitFor(snapshot, ctx.clock.now());
	track.record({
		type: "safety snapshot ended",
		state: end.state === "completed" ? "completed" : "failed"
	});
	const problem = await problemOfSafety(ctx, track, snapshot, end, ctx.clock.now() - began);
	if (problem === void 0) ctx.report.line(safetyCompleted(track.run, snapshot));
	return problem;
}
/** Told apart from the deploy's own at a glance; what it is for is in its marker. */
function safetyName(ctx) {
	const [owner = "", repository = ""] = ctx.origin.repository.split("/");
	return defaultName({
		...ctx.origin,
		repository: `${owner}/before-restore-${repository}`
	});
}

// src/operations/wait.ts
/** Resumes what an earlier step began: follows each snapshot, or the restore of its server, to the end. */
async function wait(ctx, inputs, recorder) {
	const deadline = ctx.clock.now() + inputs.timeoutMs;
	const { choice, servers: guard } = inputs;
	const found = await findSnapshots(ctx, {
		choice,
		allowedServers: guard,
		use: "wait",
		deadline
	});
	if (!found.ok) return recorder.record({
		type: "failed",
		problem: found.problem
	});
	const { present, absent } = found.value;
	if (absent.length > 0) recorder.record({
		type: "failed",
		problem: nothingToWaitFor(absent)
	});
	const targets = recordTargets(recorder, "wait", present);
	const foreign = present.filter((snapshot) => !isOfThisRun(ctx, snapshot));
	if (needsPostStep(inputs)) {
		if (foreign.length > 0) return recorder.record({
			type: "failed",
			problem: notOfThisRun(foreign)
		});
		if (absent.length > 0 || !arm(inputs, recorder)) return;
	}
	const plan = {
		inputs,
		deadline,
		poller: createSnapshotPoller(ctx, deadline),
		recorder
	};
	await sideBySide(targets, ctx.maxParallel, (target, inTurn) => waitForOne(ctx, plan, target, inTurn));
}
/** Only what this very run made can be armed, in any attempt: another run's may hold what nobody here knows. */
function isOfThisRun(ctx, { description }) {
	return madeByThisRun(parseMarker(description), ctx.origin);
}
/** A snapshot in progress is followed by the shared list; only reading its server takes a place. */
async function waitForOne(ctx, plan, { track, snapshot }, inTurn) {
	track.record({ type: "began" });
	if (snapshotPhase(snapshot.status) === "completed") return inTurn(() => followServer(ctx, plan, track, snapshot));
	await followSnapshot(ctx, plan, track, snapshot);
	const { health } = plan.inputs;
	if (isGood(track.run)) await inTurn(() => checkHealth(ctx, track, health, plan.deadline));
}
async function followSnapshot(ctx, plan, track, snapshot) {
	const now = apiNow(ctx);
	const began = ctx.clock.now() - Math.max(0, now - (createdAtMs(snapshot) ?? now));
	track.record({
		type: "accepted",
		work: "snapshot",
		snapshot
	});
	ctx.report.line(snapshotIs(track.run, snapshot));
	const end = await plan.poller.waitFor(snapshot, began, true);
	await recordSnapshotEnd(ctx, track, snapshot, end);
	if (end.state === "completed" && plan.recorder.tracks.length > 1) ctx.report.line(snapshotCompleted(track.run));
}
/**
* A snapshot that was completed from the start may be the one that its server is being restored from. A read right
* after a restore's request can still show the old state, so only a status that lasts counts.
*/
async function followServer(ctx, plan, track, snapshot) {
	track.record({
		type: "accepted",
		work: "possible restore",
		snapshot
	});
	const server = await settledOrRestoring(ctx, track, plan, snapshot);
	if (server === void 0) return;
	const phase = serverPhase(server.status);
	const { startAfterRestore, health } = plan.inputs;
	const { deadline } = plan;
	if (phase === "restoring") {
		track.record({
			type: "accepted",
			work: "restore",
			snapshot
		});
		ctx.report.line(followingRestore(track.run));
		const acceptance = {
			at: ctx.clock.now(),
			statusBefore: void 0,
			seenRestoring: true,
			isOurs: true
		};
		const group = plan.recorder.tracks;
		return followRestore(ctx, track, {
			snapshot,
			deadline,
			group,
			startAfterRestore,
			health
		}, acceptance);
	}
	if (phase === "error") return track.record({
		type: "failed",
		problem: brokenServer(track.run)
	});
	track.record({ type: "succeeded" });
	if (phase !== "active") ctx.report.warn(serverIs(track.run));
	await checkHealth(ctx, track, health, deadline);
}
const ONE_READ = {
	durationMs: 0,
	reads: 1
};
/**
* The server, as soon as it is restoring, or once it has stood still for so long that no restore is on its way; undefined
* where that could not be seen, as the record then says.
*/
async function settledOrRestoring(ctx, track, { deadline, inputs }, snapshot) {
	const isFresh = needsPostStep(inputs) && madeByThisAttempt(parseMarker(snapshot.description), ctx.origin);
	const end = await pollUntilStable(ctx, { deadline }, () => readServerOf(ctx, track, {
		deadline,
		once: true
	}), (server) => {
		const isNews = server.status !== track.run.server.status;
		track.record({
			type: "server read",
			server
		});
		const phase = serverPhase(server.status);
		const window = isFresh ? ONE_READ : unknownRestoreWindow(phase, ctx.pace);
		const reading = classifyServer(server, phase, window);
		if (isNews && reading.state === "moving") ctx.report.line(isSettling(track.run));
		if (isNews && reading.state === "holding" && !isFresh) ctx.report.line(makingSure(track.run, window.durationMs));
		return reading;
	});
	if (end.state === "done") return end.value;
	if (end.state === "expired") track.record(timedOut(end));
	else {
		const problem = await explain(ctx, end.failure, { state: restoreNotVisible(track.run) });
		track.record({
			type: "left running",
			why: "unobservable",
			problem
		});
	}
}
function classifyServer(server, phase, window) {
	if (phase === "restoring") return {
		state: "done",
		value: server
	};
	return phase === "transitioning" ? { state: "moving" } : {
		state: "holding",
		as: phase,
		value: server,
		window
	};
}

// src/operations/main.ts
/**
* Runs one operation and tells how it ended, also when it is cancelled or fails in the middle.
* @returns whether the step is green
*/
async function runOperation(ctx, inputs, tell) {
	const arming = isArming(inputs) ? inputs : void 0;
	const recorder = recorderFor(ctx, inputs, arming);
	for (const notice of inputs.notices) ctx.report.notice(notice);
	await toItsEnd(ctx, recorder, () => operate(ctx, inputs, recorder));
	if (arming !== void 0) checkStillArmed(ctx, recorder);
	if (!await endAs(ctx, recorder.run, tell)) return false;
	if (arming === void 0) return true;
	confirmGreen(ctx, recorder);
	return isGreen(recorder.run) || endAs(ctx, recorder.run, tell);
}
/**
* Runs the end of the job, and tells how it ended.
* @returns whether the post stage is green
*/
async function runEndOfJob(ctx, saved, jobStatus, tell) {
	const begin = newOperationRun({
		operation: "post",
		jobStatus,
		mode: "wait"
	}, ctx.clock.now());
	const recorder = createRecorder(ctx, begin);
	await toItsEnd(ctx, recorder, () => runPost(ctx, saved, recorder, () => announce(ctx, recorder.run)));
	return endAs(ctx, recorder.run, tell);
}
/**
* Tells, as of any other end, why a stage has not even begun: invalid inputs, or a lost state.
* @returns whether the stage is green: it is not
*/
function endUnbegun(ctx, facts, problem, tell) {
	const begin = newOperationRun({
		...facts,
		mode: "wait"
	}, ctx.clock.now());
	const recorder = createRecorder(ctx, begin);
	recorder.record({
		type: "rollback",
		rollback: facts.rollback
	});
	recorder.record({
		type: "failed",
		problem
	});
	return endAs(ctx, recorder.run, tell);
}
/** Tells how a stage ended, here and elsewhere; whether that is green. */
async function endAs(ctx, run, tell) {
	const { next } = await conclude(ctx, run);
	await tell(run);
	ctx.report.wayOut(next);
	for (const command of commandsFor(run, ctx.origin)) ctx.report.line(byHand(command));
	return isGreen(run);
}
function isArming(inputs) {
	return inputs.operation === "create" || inputs.operation === "wait" && needsPostStep(inputs);
}
/** Saves what the post stage needs, and publishes ids, as things happen. */
function recorderFor(ctx, inputs, arming) {
	const { operation, jobStatus } = inputs;
	const begin = newOperationRun({
		operation,
		jobStatus,
		mode: modeOf(inputs),
		stopsServers: "stopServer" in inputs && inputs.stopServer
	}, ctx.clock.now());
	const plan = arming === void 0 ? void 0 : planOf$1(arming);
	const recorder = createRecorder(ctx, begin, (before, after) => {
		const outputs = changedOutputs(before, after);
		if (outputs !== void 0) ctx.report.outputs(outputs);
		if (plan === void 0 || after.stateLost !== void 0) return;
		const trouble = saveChanges(ctx.report.saveState, plan, before, after);
		if (trouble !== void 0) recorder.record({
			type: "state lost",
			why: trouble
		});
	});
	return recorder;
}
/**
* Lets the end of the job know that the step ended green, as the very last thing: a cancel before that must not arm a
* rollback of a deploy that never began.
*/
function confirmGreen(ctx, recorder) {
	const { armed, mode } = recorder.run;
	if (ctx.signal.aborted) {
		recorder.record({
			type: "cut off",
			cutOff: cutOffBy(ctx.signal.reason)
		});
		return;
	}
	if (armed === void 0 || mode !== "wait") return;
	const trouble = saveGreen(ctx.report.saveState);
	if (trouble !== void 0 && armed.restoreOn.length > 0) recorder.record({
		type: "failed",
		problem: disarmed(trouble)
	});
}
function modeOf(inputs) {
	if ("dryRun" in inputs && inputs.dryRun) return "dry run";
	return "wait" in inputs && !inputs.wait ? "no wait" : "wait";
}
/** A cancel and a mistake of this action end an operation as everything else does: with the truth about it. */
async function toItsEnd(ctx, recorder, work) {
	try {
		await work();
		if (ctx.signal.aborted && !isGreen(recorder.run)) throw ctx.signal.reason;
	} catch (error) {
		recorder.record({
			type: "cut off",
			cutOff: cutOffBy(error)
		});
	}
}
function cutOffBy(error) {
	if (error instanceof Cancelled) return {
		by: "cancel",
		signal: error.signal
	};
	return {
		by: "internal error",
		message: error instanceof Error ? error.message : String(error)
	};
}
function operate(ctx, inputs, recorder) {
	switch (inputs.operation) {
		case "create": return create(ctx, inputs, recorder);
		case "restore": return restore(ctx, inputs, recorder, () => announce(ctx, recorder.run));
		case "delete": return deleteSnapshots(ctx, inputs, recorder);
		case "list": return list(ctx, inputs, recorder);
		case "wait": return wait(ctx, inputs, recorder);
	}
}

// src/report/summary-markup.ts
const ICONS = {
	done: "✅",
	partly: "⚠️",
	failed: "❌",
	nothing: "ℹ️",
	planned: "🔎"
};
const ROW_LIMIT = 1200;
const TABLE_BYTES = 4e5;
const SNIPPET_LINE = 5e4;
const CHART_LIMIT = 40;
/**
* Renders a summary. Tables and texts are HTML blocks (Markdown is not read inside them), so nothing that comes from
* outside can break out; a blank line would end such a block, and no escaped text holds one.
*/
function renderSummary(model) {
	return `${[
		`<h3>${ICONS[model.tone]} ${sentenceHtml(model.headline)}</h3>`,
		...paragraph(model.state),
		...paragraph(model.next ?? "", `<strong>${NEXT}</strong> `),
		...renderDetails(model.details),
		...model.table === void 0 ? [] : renderTable(model.table),
		...renderCandidates(model.candidates),
		...model.facts.length === 0 ? [] : [`<ul>${model.facts.map((fact) => `<li>${sentenceHtml(fact)}</li>`).join("")}</ul>`],
		...model.steps.map(renderStep),
		...renderTimeline(model.timeline)
	].join("\n\n")}\n\n`;
}
function paragraph(text, opening = "") {
	return text === "" ? [] : [`<p>${opening}${sentenceHtml(text, PARAGRAPH)}</p>`];
}
const PARAGRAPH = 4e3;
function renderDetails(details) {
	if (details.length === 0) return [];
	return [[
		"<table>",
		...details.map(([label, value]) => `<tr><th align="left">${escapeHtml(label)}</th><td>${renderCell(value)}</td></tr>`),
		"</table>"
	].join("\n")];
}
function renderCandidates(table) {
	return table === void 0 ? [] : [`<p><strong>${AVAILABLE$1}</strong></p>`, ...renderTable(table)];
}
function renderTable(table) {
	if (table.rows.length === 0) return [];
	const head = table.columns.map((column) => `<th>${escapeHtml(column)}</th>`).join("");
	const rows = fitting(table.rows.slice(0, ROW_LIMIT).map((row) => `<tr>${row.map((cell) => `<td>${renderCell(cell)}</td>`).join("")}</tr>`));
	const left = table.rows.length - rows.length;
	const more = left > 0 ? [`<tr><td colspan="${table.columns.length}">${moreRows(left)}</td></tr>`] : [];
	return [[
		"<table>",
		`<tr>${head}</tr>`,
		...rows,
		...more,
		"</table>"
	].join("\n")];
}
function renderCell(cell) {
	if (typeof cell === "string") return sentenceHtml(cell);
	return `<a href="${escapeHtml(cell.href)}">${escapeHtml(cell.text)}</a>`;
}
function fitting(rows) {
	let bytes = 0;
	const end = rows.findIndex((row) => {
		bytes += Buffer.byteLength(row);
		return bytes > TABLE_BYTES;
	});
	return end === -1 ? rows : rows.slice(0, end);
}
function renderStep({ title, yaml, command }) {
	const code = yaml.split("\n").map(escapeCode).join("\n");
	const line = escapeHtml(command, SNIPPET_LINE);
	return `<details><summary>${escapeHtml(title)}</summary>\n\n<pre><code>${code}</code></pre>\n\n<p>${BY_FORM}</p>\n\n<pre><code>${line}</code></pre>\n\n</details>`;
}
function escapeCode(line) {
	return line.replace(/[^ ].*$/s, "") + escapeHtml(line, SNIPPET_LINE);
}
/** The phases as a chart, by the clock in UTC: the browser would show anything else in its own time zone. */
function renderTimeline(phases) {
	if (phases.length === 0) return [];
	const shown = phases.slice(0, CHART_LIMIT);
	const lines = [...chartHead(shown)];
	let section = "";
	for (const phase of shown) {
		const server = mermaidText(phase.server) || "server";
		if (server !== section) lines.push(`section ${server}`);
		section = server;
		lines.push(`${mermaidText(phase.name)} :${phase.failed === true ? "crit, " : ""}${barOf(phase)}`);
	}
	return [[...lines, "```"].join("\n")];
}
function chartHead(phases) {
	return [
		"```mermaid",
		`%%{init: {"gantt": {"leftPadding": ${Math.max(75, ...phases.map((phase) => mermaidText(phase.server).length * 7 + 20))}}}}%%`,
		"gantt",
		`title ${CHART_TITLE}`,
		"dateFormat YYYY-MM-DD HH:mm:ss",
		"todayMarker off",
		...axis(phases)
	];
}
const SECOND_MS = 1e3;
const MINUTE_MS = 60 * SECOND_MS;
const TICKS = [
	1,
	2,
	5,
	10,
	15,
	30
];
/** At most some six marks on the axis, whatever the length: more would overlap on a phone. */
function axis(phases) {
	const from = Math.min(...phases.map((phase) => phase.from));
	const length = Math.max(...phases.map((phase) => phase.to)) - from;
	const fits = (unit) => TICKS.find((tick) => length / (tick * unit) <= 6);
	const seconds = fits(SECOND_MS);
	return seconds === void 0 ? ["axisFormat %H:%M", `tickInterval ${fits(MINUTE_MS) ?? 30}minute`] : ["axisFormat %H:%M:%S", `tickInterval ${seconds}second`];
}
function barOf({ from, to }) {
	return `${chartTime(from)}, ${chartTime(Math.max(to, from + 1e3))}`;
}
function chartTime(at) {
	return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

// src/report/text-table.ts
/** The text of a cell. */
function cellText(cell) {
	return typeof cell === "string" ? cell : cell.text;
}
const CELL_LIMIT = 80;
const GAP = "  ";
/** The table as lines of text whose columns are aligned; nothing in a cell is a command to the runner. */
function tableLines({ columns, rows }) {
	const cells = [columns, ...rows].map((row) => row.map((cell) => escapeWorkflowCommands(oneLine$1(cellText(cell), CELL_LIMIT)) || "–"));
	const widths = columns.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ""))));
	return cells.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0)).join(GAP).trimEnd());
}
/** Characters, not UTF-16 code units: a name outside of the basic plane would push its row to the left. */
function widthOf(cell) {
	return Array.from(cell).length;
}
function padded(cell, width) {
	return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

// src/report/report.ts
const ANNOTATIONS = 10;
const ANNOTATION_LENGTH = 4e3;
/** A report to `runner`; `summary` false leaves the job summary alone, `outputs` false (the post stage) the outputs. */
function createReport(runner, settings) {
	const warn = limited((text) => runner.warning(text, TITLE$1), (line) => runner.info(`Warning: ${line}`));
	const notice = limited((text) => runner.notice(text, TITLE$1), (line) => runner.info(line));
	const summarise = settings.summary ? summaryWriter(runner, warn) : async () => void 0;
	const groups = groupLog(runner);
	return {
		line: (text) => {
			groups.open();
			runner.info(logLine(text));
		},
		table: (table) => {
			groups.open();
			for (const line of tableLines(table)) runner.info(line);
		},
		debug: (text) => runner.debug(oneLine$1(text)),
		notice,
		warn,
		outputs: settings.outputs ? outputWriter(runner, warn) : () => void 0,
		saveState: stateWriter(runner),
		group: groups.within,
		summarise,
		conclude: async (conclusion) => {
			if (conclusion.summary !== void 0) await summarise(conclusion.summary);
			if (!conclusion.isGreen) runner.error(annotation(conclusion), oneLine$1(conclusion.title));
			else if (conclusion.annotateAs === "warning") warn(annotation(conclusion));
			else if (conclusion.annotateAs === "notice") notice(annotation(conclusion));
			else for (const text of [conclusion.headline, conclusion.state]) if (text !== "") runner.info(logLine(text));
		},
		wayOut: (next) => {
			if (next !== void 0) runner.info(logLine(`${NEXT} ${next}`));
		}
	};
}
function outputWriter(runner, warn) {
	let isLost = false;
	return (values) => {
		for (const [name, value] of Object.entries(values)) {
			if (value === void 0) continue;
			try {
				runner.setOutput(name, value);
			} catch (error) {
				if (!isLost) warn(outputsLost(reasonOf(error)));
				isLost = true;
				runner.info(logLine(`Output ${name}: ${value}`));
			}
		}
	};
}
function stateWriter(runner) {
	return (name, value) => {
		try {
			runner.saveState(name, value);
			return;
		} catch (error) {
			return reasonOf(error);
		}
	};
}
function summaryWriter(runner, warn) {
	let state = "unwritten";
	return async (summary) => {
		if (state === "lost") return;
		try {
			await runner.writeSummary(renderSummary(summary), { replace: state === "written" });
			state = "written";
		} catch (error) {
			state = "lost";
			warn(summaryLost(reasonOf(error)));
		}
	};
}
/** A group is opened at its first line: an empty one is a fold with nothing in it. */
function groupLog(runner) {
	let group;
	return {
		open: () => {
			if (group === void 0 || group.isOpen) return;
			group.isOpen = true;
			runner.startGroup(group.title);
		},
		within: async (title, body) => {
			group = {
				title: oneLine$1(title),
				isOpen: false
			};
			try {
				return await body();
			} finally {
				if (group.isOpen) runner.endGroup();
				group = void 0;
			}
		}
	};
}
/** Passes on each text once, and as many as the runner shows; the last of them says where the others are. */
function limited(annotate, print) {
	const said = /* @__PURE__ */ new Set();
	return (text) => {
		if (said.has(text)) return;
		said.add(text);
		const clean = oneLine$1(text, ANNOTATION_LENGTH);
		if (said.size < ANNOTATIONS) annotate(clean);
		else if (said.size === ANNOTATIONS) annotate(moreInLog(clean));
		else print(escapeWorkflowCommands(clean));
	};
}
function annotation({ headline, state, next }) {
	return oneLine$1([
		headline,
		state,
		next ?? ""
	].filter((text) => text !== "").join(" "), ANNOTATION_LENGTH);
}
function reasonOf(error) {
	return error instanceof Error ? error.message : UNKNOWN_REASON;
}

// src/notify/attempts.ts
/** Nobody waits longer for a job because of a notification. */
const PATIENCE = {
	totalMs: 1e4,
	tries: 3
};
/** In the post step of a cancelled job, whose minutes are counted: the runner kills it. */
const SHORT_PATIENCE = {
	totalMs: 2e3,
	tries: 1
};
/** Milliseconds for one request: two fit, where the first gets no answer. */
const REQUEST_MS = 5e3;
/** Milliseconds before the first repetition at most; before the second one twice as much. */
const BACKOFF_MS = 500;
/**
* Tries until it works, cannot work, or patience ends. Never waits beyond the end.
* @param once one try; `timeLeft` gives the milliseconds for its next request, 0 when there are none left
*/
async function attempt(timing, once) {
	const { clock, random, signal, patience } = timing;
	const deadline = clock.now() + patience.totalMs;
	const timeLeft = () => Math.max(0, Math.min(REQUEST_MS, deadline - clock.now()));
	for (let tried = 1;; tried += 1) {
		const outcome = await once(timeLeft);
		if (outcome.ok || !outcome.isTransient || tried >= patience.tries) return outcome;
		const delayMs = Math.max(outcome.retryAfterMs ?? 0, (.5 + random() / 2) * BACKOFF_MS * 2 ** (tried - 1));
		if (clock.now() + delayMs >= deadline) return outcome;
		await clock.sleep(delayMs, signal);
	}
}
/** Whether a later request may be answered otherwise: RFC 9110 and 6585. */
function isTransientStatus(status) {
	return status === 408 || status === 425 || status === 429 || status >= 500;
}
const TRANSIENT_KINDS = /* @__PURE__ */ new Set([
	"unreachable",
	"timeout",
	"interrupted"
]);
/** A request without an answer, as an outcome. */
function failureOutcome(failure, reason) {
	return {
		ok: false,
		reason,
		isTransient: TRANSIENT_KINDS.has(failure.kind)
	};
}

// src/notify/messages.ts
/** What is said of telling others: the two warnings, and why; and what a message says besides the verdict itself. */
function webhookFailed(host, reason) {
	return `The notification to ${host} was not delivered: ${reason}.`;
}
function commentFailed(reason) {
	return `The pull request comment was not written: ${reason}.`;
}
const INTERNAL_ERROR = "internal error";
const CANCELLED = "the step was cancelled";
const NOT_SENT = "it could not be sent";
const REQUEST_FAILED = "the request failed";
const NO_TIME_LEFT = "no time left";
const UNEXPECTED_RESPONSE = "unexpected response";
const webhook = {
	redirects: (status) => `it answered with a redirect (${status}), which is not followed; set notify-url to the final address`,
	limited: (status) => `it accepts no more messages for now (${status})`,
	answered: (status) => `it answered ${status}`,
	refused: (status) => `it answered ${status}; check notify-url`
};
const PERMISSION = "give the job the permissions \"contents: read\" and \"pull-requests: write\"";
const github = {
	/** By the status that GitHub answers. */
	refused: {
		401: "GitHub rejected github-token (401)",
		403: `github-token lacks a permission (403); ${PERMISSION}`,
		404: `github-token cannot see the repository, the commit or the pull request (404); ${PERMISSION}`,
		422: "GitHub does not know the commit or does not accept the comment (422)"
	},
	answered: (status) => `GitHub answered ${status}`,
	limited: (status) => `GitHub's rate limit is reached (${status})`,
	redirects: "GitHub answered with a redirect, which is not followed; check whether the repository was renamed",
	unanswered: (reason) => `GitHub did not answer (${reason})`,
	fromBetween: (status) => `something other than GitHub answered (${status}); check GITHUB_API_URL and the proxy`,
	unusable: "Octokit could not be used; check GITHUB_API_URL and the proxy variables"
};
const VIEW_RUN = "View the workflow run";
const COLUMNS = [
	"Server",
	"Snapshot",
	"Taken",
	"Result",
	"Changes lost since"
];
function moreLines(count) {
	return `… and ${count} more ${count === 1 ? "line" : "lines"} in the log.`;
}
function moreServers(count) {
	return `… and ${count} more ${count === 1 ? "server" : "servers"}.`;
}

// src/notify/notify.ts
/**
* Tells everybody at the same time, so that two who do not answer cost no more than one. What it takes is loaded only
* now: most runs tell nobody, and none should pay for that when it starts.
* @returns a warning for each who was not told. Never rejects.
*/
async function notify(notification, { webhook, pullRequests }) {
	return (await Promise.all([webhook && Promise.resolve().then(() => __nccwpck_require__(994)).then(({ sendWebhook }) => sendWebhook(notification, webhook)).catch(() => webhookFailed(oneLine$1(webhook.url.host), "internal error")), pullRequests && Promise.resolve().then(() => __nccwpck_require__(790)).then(({ commentOnPullRequests }) => commentOnPullRequests(notification, pullRequests)).catch(() => commentFailed("internal error"))])).filter((warning) => warning !== void 0);
}

// src/notify/should-notify.ts
const TELLS_SUCCESS = /* @__PURE__ */ new Set([
	"create",
	"delete",
	"wait"
]);
/**
* The event that this stage tells of, undefined where it tells nothing. A rollback that failed is told as a rollback,
* and as a failure to those who asked for failures alone. The success of a step is told by its main stage only: a green
* post stage that restored nothing adds nothing to it.
*/
function shouldNotify(end, notifyOn) {
	return eventsOf(end).find((event) => notifyOn.has(event));
}
function eventsOf(end) {
	const isSuccess = end.isGreen && end.stage === "main" && !end.dryRun && TELLS_SUCCESS.has(end.operation);
	return [
		...end.restoreDue ? ["rollback"] : [],
		...end.isGreen ? [] : ["failure"],
		...isSuccess ? ["success"] : []
	];
}

// src/present/to-notification.ts
/** What others are told of a stage: the same verdict as everywhere. */
function notificationOf(run, { event, operation, origin, now, apiNow }) {
	const verdict = verdictOf(run, apiNow);
	const [step] = stepsToCopy(run, origin);
	return {
		event,
		operation,
		status: overallStatus(run),
		reason: overallReason(run) ?? "",
		repository: origin.repository,
		workflow: origin.workflowName,
		run_url: runUrl(origin, {
			repository: origin.repository,
			run: origin.runId
		}),
		job: origin.job,
		actor: origin.actor,
		started_at: instant(run.began),
		finished_at: instant(now),
		servers: run.servers.map((server) => serverOf(server, run.cutOff)),
		headline: verdict.headline,
		lines: linesOf(run, verdict.state, origin),
		way_out: verdict.next,
		command: verdict.isGreen ? void 0 : step?.command
	};
}
function linesOf({ servers, operation }, state, origin) {
	const bad = servers.length > 1 ? servers.filter((server) => !isGood(server)).flatMap(accountLine) : [];
	const isByHand = origin.event === "workflow_dispatch" && operation === "restore" && origin.actor !== "";
	return [
		...state === "" ? [] : [state],
		...bad,
		...isByHand ? [startedBy(origin.actor)] : []
	];
}
function accountLine(server) {
	const account = whatWentWrong(server);
	return account === void 0 ? [] : [textOf$1(account)];
}
function serverOf(run, cutOff) {
	const snapshot = snapshotOf(run);
	return {
		id: run.server.id,
		name: run.server.name,
		status: statusOf$1(run),
		reason: reasonOf$2(run, cutOff) ?? "",
		snapshot: snapshot === void 0 ? null : {
			id: snapshot.id,
			name: snapshot.name,
			created_at: snapshot.createdAt,
			size_mb: snapshot.sizeMb
		},
		lost_since: lostSince(run)
	};
}
/** Changes after this instant are gone once a restore was accepted. */
function lostSince(run) {
	const created = createdAtOf(run);
	return isOverwritten(run.task) && created !== void 0 ? instant(created) : null;
}
function isOverwritten(task) {
	switch (task.state) {
		case "running":
		case "left running":
		case "succeeded": return task.work === "restore";
		case "pending":
		case "planned":
		case "skipped":
		case "rejected":
		case "requested":
		case "ambiguous":
		case "failed": return false;
	}
}
function instant(at) {
	return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

// src/tell.ts
/** Tells a webhook and the pull request of the commit how a stage ended. A failure is a warning that changes nothing. */
function createTell({ ctx, transport, env }, settings) {
	return async (run) => {
		if (ctx.signal.aborted) return;
		const { operation, isDryRun } = settings;
		const restoreDue = isRestoreDue(run, isDryRun);
		const stage = run.operation === "post" ? "post" : "main";
		const end = {
			stage,
			operation,
			isGreen: isGreen(run),
			restoreDue,
			dryRun: isDryRun
		};
		const event = shouldNotify(end, new Set(settings.notifyOn));
		const recipients = recipientsOf(event !== void 0, restoreDue);
		if (recipients.webhook === void 0 && recipients.pullRequests === void 0) return;
		const notification = notificationOf(run, {
			event: event ?? "rollback",
			operation,
			origin: ctx.origin,
			now: ctx.clock.now(),
			apiNow: apiNow(ctx)
		});
		for (const warning of await notify(notification, recipients)) ctx.report.warn(warning);
		function recipientsOf(isTold, isRollback) {
			const isShort = stage === "post" && run.jobStatus === "cancelled";
			const base = {
				...ctx,
				transport,
				patience: isShort ? SHORT_PATIENCE : PATIENCE
			};
			const { notifyUrl, githubToken } = settings;
			const { repository, sha, runId } = ctx.origin;
			const github = {
				repository,
				sha,
				runId,
				env,
				ref: env["GITHUB_REF"] ?? ""
			};
			const apiUrl = env["GITHUB_API_URL"] || "https://api.github.com";
			return {
				webhook: isTold && notifyUrl !== void 0 ? {
					...base,
					url: notifyUrl
				} : void 0,
				pullRequests: isRollback && githubToken !== void 0 ? {
					...base,
					...github,
					token: githubToken,
					apiUrl
				} : void 0
			};
		}
	};
}
function isRestoreDue(run, isDryRun) {
	const isInterleaved = run.servers.some((server) => reasonOf$2(server, run.cutOff) === "interleaved");
	if (run.operation === "post") return run.rollback === "due" && !isInterleaved;
	return run.operation === "restore" && !isDryRun;
}

// src/vps/fields.ts
const EARLIEST_EPOCH_S = 946684800;
const LATEST_EPOCH_S = 4102444800;
const NUMBER = /^[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?$/;
/** The fields of a JSON object; undefined for anything else, a list too. */
function fieldsOf(value) {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return void 0;
	return value;
}
/** Text, or a number as text; empty for anything else. */
function textOf(value) {
	if (typeof value === "string") return value;
	return typeof value === "number" && Number.isFinite(value) ? String(value) : "";
}
/** An id, given as a number or as text; integers beyond 2^53 are text by now, with all of their digits. */
function idOf(value, parse) {
	if (typeof value === "string") return parse(value);
	return Number.isSafeInteger(value) ? parse(String(value)) : void 0;
}
/** A size or a count, which Django also writes as text (`"5120.00"`); null for anything else, or below zero. */
function amountOf(value) {
	const text = textOf(value).trim();
	return NUMBER.test(text) ? Number(text) : null;
}
/** A date as the API writes it. A number that can only be an epoch (seconds or milliseconds) becomes ISO 8601. */
function dateOf(value) {
	if (typeof value !== "number") return textOf(value).trim() || null;
	const ms = [value * 1e3, value].find((time) => time >= EARLIEST_EPOCH_S * 1e3 && time < LATEST_EPOCH_S * 1e3);
	return ms === void 0 ? textOf(value) || null : new Date(ms).toISOString();
}
/** What is wrong with a field, without its value. */
function fieldProblem(place, value, expected) {
	return value === void 0 ? missingField(place) : wrongField(place, kindOf(value), expected);
}
function kindOf(value) {
	if (value === null) return "null";
	if (Array.isArray(value)) return "a list";
	return {
		object: "an object",
		string: "text"
	}[typeof value] ?? `a ${typeof value}`;
}

// src/vps/schemas.ts
/** An entry of the list of snapshots. Fails for nothing. */
function snapshotItem(body) {
	const fields = fieldsOf(body);
	if (fields === void 0) return {
		snapshot: void 0,
		serverIds: [],
		problem: fieldProblem(ITEM, body, "an object")
	};
	const { ids: serverIds, names } = namedServer(fields);
	const id = idOf(fields["id"], parseSnapshotId);
	if (id === void 0) return {
		snapshot: void 0,
		serverIds,
		problem: idProblem(fields["id"])
	};
	const status = statusOf(fields);
	const known = {
		id,
		name: textOf(fields["name"]),
		status: status ?? "unreadable",
		sizeMb: amountOf(fields["size_mb"]),
		createdAt: dateOf(fields["created_at"]),
		description: textOf(fields["description"])
	};
	const [serverId] = serverIds;
	const name = names[0] ?? "";
	return {
		snapshot: serverId === void 0 ? {
			...known,
			server: {
				id: void 0,
				name
			}
		} : {
			...known,
			server: {
				id: serverId,
				name
			}
		},
		serverIds,
		problem: status === void 0 ? fieldProblem("status", fields["status"], "text") : void 0
	};
}
/** The server that an answer names: an object with ids and names, a bare id, or a bare name. */
function namedServer(fields) {
	const server = fields["server"];
	const ids = serverIdsOf([server, fields["server_id"]]);
	const nested = fieldsOf(server);
	if (nested === void 0) return {
		ids,
		names: ids.length === 0 ? namesOf([server]) : []
	};
	const own = serverItem(nested);
	return {
		ids: own.ids.length === 0 ? ids : own.ids,
		names: own.names
	};
}
function serverItem(body) {
	const fields = fieldsOf(body) ?? {};
	return {
		ids: serverIdsOf([fields["id"], fields["uuid"]]),
		names: namesOf([fields["name"], fields["hostname"]]),
		status: statusOf(fields)
	};
}
function serverIdsOf(values) {
	return [...new Set(values.flatMap((value) => idOf(value, parseServerId) ?? []))];
}
function namesOf(values) {
	return values.map(textOf).filter((text) => text !== "");
}
function statusOf(fields) {
	const status = fields["status"];
	return typeof status === "string" && status.trim() !== "" ? status.trim() : void 0;
}
function idProblem(value) {
	return fieldProblem("id", value, ID_EXPECTED);
}
function pageOf(item) {
	return (body) => {
		if (Array.isArray(body)) return {
			ok: true,
			value: {
				count: void 0,
				items: body.map(item),
				next: null
			}
		};
		const fields = fieldsOf(body);
		if (fields === void 0) return unreadable(fieldProblem(RESPONSE, body, "a list"));
		const { results, next } = fields;
		if (!Array.isArray(results)) return unreadable(fieldProblem("results", results, "a list"));
		if (next !== void 0 && next !== null && next !== false && typeof next !== "string") return unreadable(fieldProblem("next", next, "a link"));
		const count = amountOf(fields["count"]);
		return {
			ok: true,
			value: {
				count: count !== null && Number.isSafeInteger(count) ? count : void 0,
				items: results.map(item),
				next: next === false ? null : next
			}
		};
	};
}
/** An answer in which something is missing or wrong. */
function unreadable(problem) {
	return {
		ok: false,
		problem
	};
}
/** An answer that is about something else than what was asked for. */
function mismatch(problem) {
	return {
		ok: false,
		kind: "mismatch",
		problem
	};
}
/** A snapshot: the answer to a create. Only its id has to be there. */
const readSnapshot = (body) => {
	const fields = fieldsOf(body);
	if (fields === void 0) return unreadable(fieldProblem(RESPONSE, body, "an object"));
	const { snapshot, serverIds } = snapshotItem(fields);
	return snapshot === void 0 ? unreadable(idProblem(fields["id"])) : {
		ok: true,
		value: {
			snapshot,
			serverIds
		}
	};
};
/** A page of snapshots. No item makes it unreadable. */
const readSnapshotPage = pageOf(snapshotItem);
/** A server. Its root password, which the answer can hold, is not taken. */
const readServerRecord = (body) => {
	const fields = fieldsOf(body);
	if (fields === void 0) return unreadable(fieldProblem(RESPONSE, body, "an object"));
	const { status, ...known } = serverItem(fields);
	if (status === void 0) return unreadable(fieldProblem("status", fields["status"], "text"));
	return {
		ok: true,
		value: {
			...known,
			status
		}
	};
};
/** A page of servers. No item makes it unreadable. */
const readServerPage = pageOf(serverItem);
/** The permissions of the token in the answer of `account/me`. */
const readPermissions = (body) => {
	const fields = fieldsOf(body);
	if (fields === void 0) return unreadable(fieldProblem(RESPONSE, body, "an object"));
	const token = fieldsOf(fields["token"]);
	if (token === void 0) return unreadable(fieldProblem("token", fields["token"], "an object"));
	const { permissions } = token;
	if (!Array.isArray(permissions)) return unreadable(fieldProblem("token.permissions", permissions, PERMISSIONS_EXPECTED));
	return {
		ok: true,
		value: { permissions: namesOf(permissions) }
	};
};

// src/vps/acceptance.ts
const ACCEPTED = /^(?:success|successful|succeeded|ok|accepted|restoring|initiated|started|starting|queued|scheduled|pending|processing|in_progress|running|2[0-9]{2})$/i;
/**
* Reads the answer to a restore. It is an acceptance if it says so, or says it in words, or shows the snapshot or the
* server being restored. An object that says nothing of the kind could come from anybody: taken for an acceptance, a
* server that merely stays as it is would pass for restored.
*/
function acceptanceReader(request, aliases) {
	return (body) => {
		const fields = fieldsOf(body);
		if (fields === void 0) return unreadable(fieldProblem(RESPONSE, body, "an object"));
		return otherSnapshot(fields, request) ?? otherServer(fields, request, aliases) ?? accept(fields, request);
	};
}
function accept(fields, { snapshot }) {
	const message = textOf(fields["message"]).trim();
	const status = textOf(fields["status"]).trim();
	return ACCEPTED.test(status) || fields["success"] === true || status === "" && message !== "" || [idOf(fields["id"], parseSnapshotId), ...snapshotIds(fields)].includes(snapshot) || textOf(fieldsOf(fields["server"])?.["status"]).toLowerCase() === "restoring" ? {
		ok: true,
		value: { message }
	} : unreadable(NOT_ABOUT_RESTORE);
}
function otherSnapshot(fields, { snapshot }) {
	const ids = snapshotIds(fields);
	const other = ids.find((id) => isNumericId(id) === isNumericId(snapshot));
	if (other === void 0 || ids.includes(snapshot)) return void 0;
	return mismatch(otherSnapshot$1(other));
}
function otherServer(fields, { server }, aliases) {
	const { ids } = namedServer(fields);
	if (server === void 0 || aliases.compare(server, ids) !== "different") return void 0;
	return mismatch(otherServer$1(ids, server));
}
function snapshotIds(fields) {
	const { snapshot } = fields;
	const nested = fieldsOf(snapshot);
	return [
		nested?.["id"],
		nested?.["uuid"],
		snapshot,
		fields["snapshot_id"]
	].flatMap((value) => idOf(value, parseSnapshotId) ?? []);
}

// src/vps/api-clock.ts
const HTTP_DATE = /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;
/** How far the API's clock is from ours, by the `Date` header of its answers: snapshots are dated by that clock. */
var ApiClock = class {
	#clock;
	#offsetMs;
	constructor(clock) {
		this.#clock = clock;
	}
	/** Milliseconds that the API's clock is ahead of ours; undefined until an answer has told. */
	get offsetMs() {
		return this.#offsetMs;
	}
	/** Takes the time of an answer of the API. A page of something in between, or a stored answer, tells nothing of now. */
	observe({ status, headers }) {
		const { date = "", age } = headers;
		const time = status >= 200 && status < 300 && age === void 0 && HTTP_DATE.test(date) ? Date.parse(date) : NaN;
		if (!Number.isNaN(time)) this.#offsetMs = time - this.#clock.now();
	}
};

// src/vps/server-aliases.ts
/**
* Which number and which UUID are one server, as far as answers have told. The list of snapshots names servers by
* number, the vendor's own clients by UUID. Two numbers never are one server, nor are two UUIDs.
*/
var ServerAliases = class {
	#others = /* @__PURE__ */ new Map();
	#contradictory = /* @__PURE__ */ new Set();
	/** Takes note that ids which stood in one answer are of one server. */
	learn(ids) {
		const number = ids.find(isNumericId);
		const uuid = ids.find((id) => !isNumericId(id));
		if (number === void 0 || uuid === void 0 || this.#others.get(number) === uuid) return;
		if (this.#contradictory.has(number) || this.#contradictory.has(uuid)) return;
		const partners = [this.#others.get(number), this.#others.get(uuid)].filter((id) => id !== void 0);
		if (partners.length > 0) {
			for (const id of [
				number,
				uuid,
				...partners
			]) this.#contradictory.add(id);
			return;
		}
		this.#others.set(number, uuid);
		this.#others.set(uuid, number);
	}
	/** The id and, where it is known, the server's other one. */
	idsOf(id) {
		const other = this.#otherOf(id);
		return other === void 0 ? [id] : [id, other];
	}
	/** The number where it is known, which is what the reference takes for a server; else the id as it is. */
	referenceId(id) {
		return this.idsOf(id).find(isNumericId) ?? id;
	}
	/** Compares a server with the ids that an answer gives for one. No ids at all: `unknown`. */
	compare(asked, ids) {
		return this.matcher([asked])(ids).is;
	}
	/** Prepares comparisons with any of several servers. What is learnt later does not count in it. */
	matcher(asked) {
		const wanted = new Map(asked.flatMap((id) => this.idsOf(id).map((each) => [each, id])));
		const unpaired = asked.filter((id) => this.#otherOf(id) === void 0);
		const seeksUuid = unpaired.some(isNumericId);
		const seeksNumber = unpaired.some((id) => !isNumericId(id));
		const mayBeWanted = (id) => this.#otherOf(id) === void 0 && (isNumericId(id) ? seeksNumber : seeksUuid);
		return (ids) => {
			const match = ids.map((id) => wanted.get(id)).find((id) => id !== void 0);
			if (match !== void 0) return {
				is: "same",
				asked: match
			};
			return { is: ids.every(mayBeWanted) ? "unknown" : "different" };
		};
	}
	#otherOf(id) {
		return this.#contradictory.has(id) ? void 0 : this.#others.get(id);
	}
};

// src/vps/paging.ts
/** More pages than any list has; where there are more, something is wrong. */
const PAGE_LIMIT = 1e3;
/** How many pages in a row may bring nothing new before the links count as endless. */
const STALE_PAGE_LIMIT = 10;
/** How many times a list that changes while it is read is read from its start. */
const PASS_LIMIT = 4;
const LINK_LIMIT = 2e3;
/** One reading of a list, from its first page to its last. */
var Pass = class {
	items = /* @__PURE__ */ new Map();
	pages = 0;
	/** Whether the list has ended, and held as many items as it said. */
	isWhole = false;
	#listing;
	#visited = /* @__PURE__ */ new Set();
	#stalePages = 0;
	#isLinked;
	constructor(listing) {
		this.#listing = listing;
		this.#visited.add(listing.path);
	}
	/** Adds a page; an item that was there before takes its new form. */
	add(page) {
		this.pages += 1;
		this.#isLinked ??= page.next !== void 0;
		const before = this.items.size;
		for (const [index, item] of page.items.entries()) this.items.set(this.#listing.identify(item) ?? `${this.pages}/${index}`, item);
		this.#stalePages = this.items.size > before ? 0 : this.#stalePages + 1;
		const step = this.#isLinked ? stepByLink(this.#listing.path, page) : this.#stepByNumber(page);
		this.isWhole = step.to === "end" && step.isWhole;
		return step.to === "page" ? this.#unlessEndless(step) : step;
	}
	/** Whether a 404 is the end: where pages are asked for by number, one behind the last need not exist. */
	get endsWithMissingPage() {
		return this.#isLinked === false;
	}
	#stepByNumber({ count }) {
		if (count === void 0 || this.items.size >= count) return {
			to: "end",
			isWhole: true
		};
		if (this.#stalePages > 0) return {
			to: "end",
			isWhole: false
		};
		return {
			to: "page",
			path: `${this.#listing.path}&page=${this.pages + 1}`
		};
	}
	#unlessEndless(step) {
		if (this.#visited.has(step.path) || this.#stalePages >= 10) return {
			to: "nowhere",
			problem: PAGES_IN_CIRCLES
		};
		this.#visited.add(step.path);
		return this.pages < 1e3 ? step : {
			to: "nowhere",
			problem: tooManyPages(PAGE_LIMIT)
		};
	}
};
/**
* Reads every page of a list. Of a `next` link only the query counts: host, port, scheme and prefix are often those of
* something in between, and the token goes to the list's own address only. An API that gives no such link, but a
* `count` above what it sent, is asked for `?page=2` and so on.
*/
async function readPages(caller, listing, options) {
	let previous;
	for (let passes = 1;; passes += 1) {
		const result = await readOnce(caller, listing, options);
		const isLast = passes === 4;
		if (result.state === "read") {
			const { items, pages } = result.pass;
			const consistent = isCertain(result.pass, previous);
			if (consistent || isLast || listing.consistent !== true) return {
				ok: true,
				value: {
					items: [...items.values()],
					pages,
					consistent
				}
			};
		} else if (isLast || result.state === "failed") return {
			ok: false,
			failure: result.failure
		};
		previous = result.state === "read" ? result.pass : void 0;
	}
}
function isCertain(pass, previous) {
	if (!pass.isWhole || pass.pages === 1) return pass.isWhole;
	return previous?.isWhole === true && orderOf(pass) === orderOf(previous);
}
function orderOf({ items }) {
	return [...items.keys()].join();
}
async function readOnce(caller, listing, options) {
	const pass = new Pass(listing);
	let { path } = listing;
	for (;;) {
		const answer = await caller.call({
			method: "GET",
			path,
			decode: { read: listing.read }
		}, options);
		if (!answer.ok) return afterFailure(pass, answer.failure);
		const step = pass.add(answer.value);
		if (step.to === "end") return {
			state: "read",
			pass
		};
		if (step.to === "nowhere") return {
			state: "failed",
			failure: caller.failure({
				method: "GET",
				path
			}, "unreadable", step.problem)
		};
		path = step.path;
	}
}
/** A page that is missing behind the first one: the list has become shorter since the page before was read. */
function afterFailure(pass, failure) {
	if (!(pass.pages > 0 && failure.kind === "refused" && failure.status === 404)) return {
		state: "failed",
		failure
	};
	if (!pass.endsWithMissingPage) return {
		state: "shrunk",
		failure
	};
	pass.isWhole = false;
	return {
		state: "read",
		pass
	};
}
function stepByLink(start, { next }) {
	if (next === void 0 || next === null || next === "") return {
		to: "end",
		isWhole: true
	};
	const query = next.length > LINK_LIMIT ? "" : /\?([^#]+)/.exec(next)?.[1] ?? "";
	if (query === "") return {
		to: "nowhere",
		problem: LINK_WITHOUT_QUERY
	};
	return {
		to: "page",
		path: withQuery(start, new URLSearchParams(query))
	};
}
/** The list's own path with the query of a link, in which what was asked for (the filter, the page's size) stays. */
function withQuery(start, query) {
	const [path = "", own = ""] = start.split("?");
	for (const [key, value] of new URLSearchParams(own)) if (!query.has(key)) query.append(key, value);
	return `${path}?${query}`;
}

// src/vps/servers.ts
const LIST_CALL = {
	method: "GET",
	path: "/servers/?page_size=100"
};
/**
* Reads servers. The ids that snapshots give need not be those that the servers endpoint knows; a server that it does
* not know is looked up in the server list, by its id and then by its name, and the way that worked is remembered.
*/
var Servers = class {
	#caller;
	#aliases;
	#onFoundByName;
	#strategies = /* @__PURE__ */ new Map();
	#told = /* @__PURE__ */ new Set();
	#isListLearnt = false;
	#visible = [];
	constructor(caller, aliases, onFoundByName) {
		this.#caller = caller;
		this.#aliases = aliases;
		this.#onFoundByName = onFoundByName;
	}
	/** The id under which the servers endpoint knows this server, as far as that has been found out. */
	endpointId(id) {
		const strategy = this.#strategies.get(id);
		return strategy?.by === "other id" ? strategy.id : id;
	}
	/** The servers that the token can see, by the list that was read last; a server that does not exist is looked up there. */
	get visible() {
		return this.#visible;
	}
	/** Reads one server. Its id in the answer is the one that was asked for. */
	async read(query, options) {
		const strategy = this.#strategies.get(query.id);
		if (strategy?.by !== "list") {
			const answer = await this.#ask(query.id, options);
			if (answer.ok || answer.failure.status !== 404 || isSettledBy(strategy, query)) return answer;
			return await this.#lookUp(query, options, answer);
		}
		return await this.#lookUp(query, options);
	}
	/** Reads the list of servers once, for the ids that it gives; not again unless it could not be read. */
	async learnAliases(options) {
		if (this.#isListLearnt) return;
		const listed = await this.#list(options);
		this.#isListLearnt = listed.ok || !isTransient(listed.failure);
	}
	async #ask(id, options) {
		const endpointId = this.endpointId(id);
		const path = `/servers/${endpointId}/`;
		const decode = { read: this.#readerFor(endpointId) };
		const answer = await this.#caller.call({
			method: "GET",
			path,
			decode
		}, options);
		if (!answer.ok) return answer;
		this.#aliases.learn([endpointId, ...answer.value.ids]);
		const strategy = this.#strategies.get(id);
		const foundByName = strategy?.by === "other id" && strategy.foundByName;
		return {
			ok: true,
			value: this.#serverOf(id, answer.value, foundByName)
		};
	}
	#readerFor(id) {
		return (body) => {
			const reading = readServerRecord(body);
			if (!reading.ok || this.#aliases.compare(id, reading.value.ids) !== "different") return reading;
			return mismatch(otherServer$1(reading.value.ids));
		};
	}
	/** @param unknown the endpoint's own answer, if it has just been asked */
	async #lookUp(query, options, unknown) {
		const listed = await this.#list(options);
		if (!listed.ok) return listed;
		const found = this.#find(query, listed.value);
		this.#remember(query, found);
		if (found === void 0) return unknown ?? await this.#ask(query.id, options);
		const { status } = found.item;
		if (status !== void 0) return {
			ok: true,
			value: this.#serverOf(query.id, {
				...found.item,
				status
			}, found.foundByName)
		};
		if (this.endpointId(query.id) !== query.id) return await this.#ask(query.id, options);
		return {
			ok: false,
			failure: this.#caller.failure(LIST_CALL, "unreadable", noStatusInList(query.id))
		};
	}
	async #list(options) {
		const identify = ({ ids }) => ids[0];
		const listing = {
			path: LIST_CALL.path,
			read: readServerPage,
			identify,
			consistent: true
		};
		const listed = await readPages(this.#caller, listing, options);
		if (!listed.ok) return listed;
		for (const { ids } of listed.value.items) this.#aliases.learn(ids);
		this.#visible = listed.value.items.flatMap(({ ids: [id], names: [name = ""] }) => id === void 0 ? [] : [{
			id,
			name
		}]);
		return listed;
	}
	#find({ id, name = "" }, { items, consistent }) {
		const own = items.find(({ ids }) => this.#aliases.compare(id, ids) === "same");
		if (own !== void 0) return {
			item: own,
			foundByName: false
		};
		const [namesake, ...others] = items.filter(({ names }) => name !== "" && names.includes(name));
		if (namesake === void 0 || others.length > 0 || !consistent) return void 0;
		return namesake.ids.length > 0 && this.#aliases.compare(id, namesake.ids) === "unknown" ? {
			item: namesake,
			foundByName: true
		} : void 0;
	}
	#remember({ id, name = "" }, found) {
		const isTried = this.endpointId(id) !== id;
		const otherId = found?.item.ids.find((known) => known !== id);
		if (found === void 0) this.#strategies.set(id, {
			by: "nothing",
			name
		});
		else if (otherId === void 0 || isTried) this.#strategies.set(id, { by: "list" });
		else this.#strategies.set(id, {
			by: "other id",
			id: otherId,
			foundByName: found.foundByName
		});
		if (found?.foundByName !== true || otherId === void 0 || this.#told.has(id)) return;
		this.#told.add(id);
		this.#onFoundByName?.({
			asked: id,
			name,
			found: otherId
		});
	}
	#serverOf(id, { names, status }, foundByName) {
		return {
			id,
			otherIds: foundByName ? [] : this.#aliases.idsOf(id).slice(1),
			name: names[0] ?? "",
			status,
			foundByName
		};
	}
};
function isSettledBy(strategy, { name = "" }) {
	return strategy?.by === "nothing" && strategy.name === name;
}

// src/vps/snapshot-lists.ts
const PARALLEL_LISTS = 5;
/** Reads lists of snapshots with as few requests as it can. */
var SnapshotLists = class {
	#caller;
	#servers;
	#aliases;
	#limit = pLimit(PARALLEL_LISTS);
	/** How many pages the whole list had when it was read last. */
	#pages = 1;
	constructor(caller, servers, aliases) {
		this.#caller = caller;
		this.#servers = servers;
		this.#aliases = aliases;
	}
	/** What comes back is filtered here again: the API may ignore the filter, or know the server by another id. */
	async read({ servers, consistent = false }, options) {
		const answer = await this.#itemsOf(servers, consistent, options);
		if (!answer.ok) return answer;
		const { items } = answer.value;
		for (const { serverIds } of items) this.#aliases.learn(serverIds);
		if (servers !== void 0 && this.#mayBeKnownOtherwise(servers, items)) await this.#servers.learnAliases(options);
		return {
			ok: true,
			value: this.#listOf(servers, answer.value)
		};
	}
	/** One server by the filter, several by the whole list, unless that has more pages than there are servers. */
	async #itemsOf(servers, consistent, options) {
		if (servers === void 0 || servers.length > 1 && this.#pages <= servers.length) {
			const answer = await this.#list("", consistent, options);
			if (answer.ok) this.#pages = answer.value.pages;
			return answer;
		}
		const answers = await Promise.all(servers.map((id) => this.#limit(() => this.#listServer(id, consistent, options))));
		const lists = [];
		for (const answer of answers) {
			if (!answer.ok) return answer;
			lists.push(answer.value);
		}
		return {
			ok: true,
			value: {
				items: [...new Map(lists.flatMap((list) => list.items).map((item, index) => [item.snapshot?.id ?? index, item])).values()],
				consistent: lists.every((list) => list.consistent)
			}
		};
	}
	async #listServer(server, consistent, options) {
		const id = this.#aliases.referenceId(server);
		const answer = await this.#list(`server_id=${id}&`, consistent, options);
		return !answer.ok && !isNumericId(id) && [
			400,
			404,
			422
		].includes(answer.failure.status ?? 0) ? await this.#list("", consistent, options) : answer;
	}
	#list(filter, consistent, options) {
		const path = `/snapshots/?${filter}page_size=100`;
		const identify = ({ snapshot }) => snapshot?.id;
		return readPages(this.#caller, {
			path,
			read: readSnapshotPage,
			identify,
			consistent
		}, options);
	}
	/** Whether the list of servers is worth a look: an id is a number in one place and may be a UUID in the other. */
	#mayBeKnownOtherwise(servers, items) {
		const compare = this.#aliases.matcher(servers);
		return items.some(({ serverIds }) => serverIds.length > 0 && compare(serverIds).is === "unknown");
	}
	#listOf(servers, { items, consistent }) {
		const compare = servers === void 0 ? ofAnyServer : this.#aliases.matcher(servers);
		const snapshots = [];
		const unattributed = [];
		const oddItems = [];
		const countOf = /* @__PURE__ */ new Map();
		let withoutId = 0;
		for (const { snapshot, serverIds, problem } of items) {
			const match = compare(serverIds);
			if (match.is === "different") continue;
			if (problem !== void 0) oddItems.push({
				problem,
				id: snapshot?.id,
				server: serverIds[0]
			});
			if (match.is === "same") countOf.set(match.asked, (countOf.get(match.asked) ?? 0) + 1);
			if (snapshot === void 0) withoutId += 1;
			else if (match.is === "unknown") unattributed.push(snapshot);
			else snapshots.push({
				...snapshot,
				server: {
					id: match.asked,
					name: snapshot.server.name
				}
			});
		}
		return {
			snapshots,
			unattributed,
			oddItems,
			count: snapshots.length + unattributed.length + withoutId,
			countOf,
			consistent
		};
	}
};
function ofAnyServer([id]) {
	return id === void 0 ? { is: "unknown" } : {
		is: "same",
		asked: id
	};
}

// src/vps/client.ts
/** Makes a client for one account. */
function createClient({ onFoundByName, ...settings }) {
	const apiClock = new ApiClock(settings.clock);
	const caller = new Caller({
		...settings,
		onAnswer: (answer) => {
			apiClock.observe(answer);
			settings.onAnswer?.(answer);
		}
	});
	const aliases = new ServerAliases();
	const servers = new Servers(caller, aliases, onFoundByName);
	const lists = new SnapshotLists(caller, servers, aliases);
	return {
		listSnapshots: (query, options) => lists.read(query, options),
		createSnapshot: (request, options) => createSnapshot(caller, aliases, request, options),
		restoreSnapshot: (request, options) => restoreSnapshot(caller, aliases, request, options),
		deleteSnapshot: (id, options) => deleteSnapshot(caller, id, options),
		readServer: (query, options) => servers.read(query, options),
		visibleServers: () => servers.visible,
		power: (id, action, options) => {
			const path = `/servers/${servers.endpointId(id)}/power/`;
			const body = JSON.stringify({ action });
			return caller.call({
				method: "POST",
				path,
				body,
				decode: { value: void 0 }
			}, options);
		},
		account: (options) => caller.call({
			method: "GET",
			path: "/account/me/",
			decode: { read: readPermissions }
		}, options),
		sameServer: (a, b) => aliases.compare(a, [b]) === "same",
		clockOffsetMs: () => apiClock.offsetMs
	};
}
function createSnapshot(caller, aliases, { server, name, description }, options) {
	const texts = `"name":${JSON.stringify(name)},"description":${JSON.stringify(description)}`;
	const body = `{"server_id":${idToJson(aliases.referenceId(server))},${texts}}`;
	const decode = { read: createdReader(server, aliases) };
	return caller.call({
		method: "POST",
		path: "/snapshots/",
		body,
		decode
	}, options);
}
/** Reads the snapshot that a create has made. Its server is the one that was asked for, under the id that was asked for. */
function createdReader(asked, aliases) {
	return (answer) => {
		const reading = readSnapshot(answer);
		if (!reading.ok) return reading;
		const { snapshot, serverIds } = reading.value;
		if (aliases.compare(asked, serverIds) === "different") return mismatch(snapshotOfOther(snapshot.id, serverIds, asked));
		aliases.learn([asked, ...serverIds]);
		return {
			ok: true,
			value: {
				...snapshot,
				server: {
					id: asked,
					name: snapshot.server.name
				}
			}
		};
	};
}
function restoreSnapshot(caller, aliases, request, options) {
	const read = acceptanceReader(request, aliases);
	const path = `/snapshots/${request.snapshot}/restore/`;
	return caller.call({
		method: "POST",
		path,
		decode: { read }
	}, options);
}
function deleteSnapshot(caller, id, options) {
	return caller.call({
		method: "DELETE",
		path: `/snapshots/${id}/`,
		decode: { value: "deleted" },
		onMissing: (mayHaveActed) => mayHaveActed ? "deleted" : "gone"
	}, options);
}

// src/waiting/retry-log.ts
const QUIET_MS = 6e4;
/**
* Says the first of a row of equal failures, and then one a minute: five minutes of refused connections are no news. A
* pause of a minute or more is said always.
*/
function createRetryLog(report, clock) {
	let last = "";
	let quietUntil = Number.NEGATIVE_INFINITY;
	return ({ failure, delayMs, lastedMs = 0 }) => {
		const { kind, status, detail } = failure;
		const what = `${kind} ${status} ${detail}`;
		const now = clock.now();
		if (what === last && now < quietUntil && delayMs < QUIET_MS) return;
		last = what;
		quietUntil = now + QUIET_MS;
		report.line(lastedMs > 0 ? stillRefusing(failure, delayMs, lastedMs) : retrying(failure, delayMs));
	};
}

// src/stages.ts
/**
* The main stage: reads the inputs, and runs the operation.
* @returns whether the step is green
*/
async function mainStage(deps) {
	const parsed = parseInputs(deps.inputs, { mayInheritInputs: deps.origin.isNestedInForeignRunner });
	for (const secret of parsed.secrets) deps.runner.mask(secret);
	const runner = withoutSecrets(deps.runner, parsed.secrets);
	if (!parsed.ok) return refuseInputs(deps, runner, parsed);
	const { inputs } = parsed;
	const report = createReport(runner, {
		summary: inputs.summary,
		outputs: true
	});
	const trouble = saveBegun(report.saveState);
	if (trouble !== void 0) report.debug(stateNotSaved(trouble));
	for (const warning of parsed.warnings) report.warn(warning);
	const ctx = contextOf(deps, report, inputs);
	return runOperation(ctx, inputs, tellFor(deps, ctx, {
		...inputs,
		isDryRun: "dryRun" in inputs && inputs.dryRun
	}));
}
async function refuseInputs(deps, runner, { problems, warnings, values }) {
	const report = createReport(runner, {
		summary: values.summary,
		outputs: true
	});
	saveBegun(report.saveState);
	for (const warning of warnings) report.warn(warning);
	if (problems.length > 1) for (const problem of problems) report.line(`- ${problem}`);
	const ctx = contextOf(deps, report, {
		apiUrl: values["api-url"],
		apiToken: "",
		maxParallel: values["max-parallel"],
		pace: { acceleratedClock: false }
	});
	const { operation, "notify-url": notifyUrl, "notify-on": notifyOn, "dry-run": isDryRun } = values;
	const tell = operation === void 0 ? () => Promise.resolve() : tellFor(deps, ctx, {
		operation,
		notifyUrl,
		notifyOn,
		isDryRun
	});
	const facts = {
		operation: operation ?? "create",
		jobStatus: values["job-status"],
		rollback: "not due"
	};
	const { what, state } = refusal(problems);
	return endUnbegun(ctx, facts, certain("invalid-input", what, state), tell);
}
/**
* The post stage: acts on what the main stage saved; only how the job ended is read anew.
* @returns whether the post stage is green
*/
async function postStage(deps) {
	const found = readSavedState(deps.readState);
	if (found.state === "lost") return endWithoutState(deps);
	if (found.state === "nothing to do") {
		deps.runner.debug(NOTHING_LEFT);
		return true;
	}
	return endWithState(deps, found.saved);
}
function endWithState(deps, saved) {
	const { plan } = saved;
	const secrets = [
		plan.apiToken,
		plan.notifyUrl?.href,
		plan.githubToken
	].filter((text) => text !== void 0);
	for (const secret of secrets) deps.runner.mask(secret);
	const runner = withoutSecrets(deps.runner, secrets);
	const report = createReport(runner, {
		summary: plan.summary,
		outputs: false
	});
	const ctx = contextOf(deps, report, {
		apiUrl: plan.apiUrl,
		apiToken: plan.apiToken,
		maxParallel: plan.maxParallel,
		pace: {
			acceleratedClock: plan.acceleratedClock,
			...plan.fixedIntervalMs === void 0 ? {} : { fixedIntervalMs: plan.fixedIntervalMs }
		}
	});
	const tell = tellFor(deps, ctx, {
		operation: plan.operation,
		notifyUrl: plan.notifyUrl,
		notifyOn: plan.notifyOn,
		githubToken: plan.githubToken,
		isDryRun: false
	});
	return runEndOfJob(ctx, saved, jobStatusOf(deps, report), tell);
}
/** Runners that are not GitHub's call a failed job a success in a composite action: there the word proves nothing. */
function jobStatusOf(deps, report) {
	const status = parseJobStatus(deps.inputs.get("job-status") ?? "");
	if (status !== "success" || !deps.origin.isNestedInForeignRunner) return status;
	report.debug(SUCCESS_PROVES_NOTHING);
	return "unknown";
}
/** Without its state the post stage changes nothing. */
async function endWithoutState(deps) {
	const parsed = parseInputs(deps.inputs, { mayInheritInputs: true });
	for (const secret of parsed.secrets) deps.runner.mask(secret);
	const summary = parsed.ok && parsed.inputs.summary;
	const report = createReport(withoutSecrets(deps.runner, parsed.secrets), {
		summary,
		outputs: false
	});
	const jobStatus = jobStatusOf(deps, report);
	const { problem, isRestoreDue, warning } = judgeLostState(parsed, jobStatus);
	if (warning !== void 0) report.warn(warning);
	if (problem === void 0 || !parsed.ok) return true;
	const ctx = contextOf(deps, report, parsed.inputs);
	const tell = tellFor(deps, ctx, {
		...parsed.inputs,
		isDryRun: false
	});
	return endUnbegun(ctx, {
		operation: "post",
		jobStatus,
		rollback: isRestoreDue ? "due" : "not due"
	}, problem, tell);
}
function tellFor(deps, ctx, settings) {
	return createTell({
		ctx,
		transport: deps.notifyTransport,
		env: deps.env
	}, settings);
}
function contextOf(deps, report, settings) {
	const { clock, random, signal, origin, probe, transport, observe } = deps;
	const logRetry = createRetryLog(report, clock);
	const api = createClient({
		apiUrl: settings.apiUrl,
		token: settings.apiToken,
		transport,
		clock,
		random,
		signal,
		...settings.pace.acceleratedClock ? { burst: Number.POSITIVE_INFINITY } : {},
		onRetry: logRetry,
		onFoundByName: ({ asked, name }) => report.line(foundByName(asked, name)),
		debug: (line) => report.debug(line)
	});
	return {
		api,
		permissions: permissionsReader({
			api,
			clock
		}),
		said: /* @__PURE__ */ new Set(),
		clock,
		random,
		signal,
		report,
		logRetry,
		origin,
		probe,
		observe,
		pace: settings.pace,
		maxParallel: settings.maxParallel
	};
}

// src/notify/message.ts
const HEADLINE_LIMIT = 250;
const LINE_LIMIT = 500;
const WAY_OUT_LIMIT = 300;
const COMMAND_LIMIT = 200;
const URL_LIMIT = 300;
/** The message with the first `kept` of its lines; what is left out is said. */
function composeMessage(notification, kept, dialect) {
	const { headline, lines, way_out, command, run_url } = notification;
	const omitted = lines.length - kept;
	const url = linkTarget(run_url);
	return {
		headline: dialect.text(headline, HEADLINE_LIMIT),
		lines: [...lines.slice(0, kept).map((line) => dialect.text(line, LINE_LIMIT)), ...omitted > 0 ? [moreLines(omitted)] : []],
		wayOut: way_out === void 0 ? void 0 : dialect.text(way_out, WAY_OUT_LIMIT),
		command: command === void 0 ? void 0 : commandText(command, dialect),
		link: url === void 0 ? void 0 : dialect.link(url)
	};
}
/** A message as one text, a piece a line. */
function joinMessage({ headline, lines, wayOut, command, link }) {
	return [
		headline,
		...lines,
		wayOut,
		command,
		link
	].filter(Boolean).join("\n");
}
/** The longest of the renderings that is small enough: with as many of the `count` lines as possible, from none upwards. */
function fitLines(count, render, isSmallEnough) {
	let fits = 0;
	let tooMany = count + 1;
	while (tooMany - fits > 1) {
		const middle = Math.floor((fits + tooMany) / 2);
		if (isSmallEnough(render(middle))) fits = middle;
		else tooMany = middle;
	}
	return render(fits);
}
function commandText(command, { code, text }) {
	return command.length <= COMMAND_LIMIT && /^[\w.=,/-]+(?: [\w.=,/-]+)*$/.test(command) ? code(command) : text(command, COMMAND_LIMIT);
}
/** An address that may be linked, with nothing in it that ends a link; undefined where it is none or far too long. */
function linkTarget(text) {
	const url = URL.parse(text);
	if (url === null || !/^https?:$/.test(url.protocol)) return void 0;
	const href = url.href.replace(/[|()[\]\\'*<>`~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
	return href.length <= URL_LIMIT ? href : void 0;
}

// src/notify/text.ts
/**
* Text from outside made harmless for the places where notifications are read. Chats turn names into mentions,
* addresses into links and punctuation into format. Where a chat has an escape it is used; where it has none, an
* invisible space takes the construct apart, or a character that looks alike takes the place of the one that formats.
*/
const BREAK = "​";
const COLON = /:(?=\S)(?!(?<=\d:)\d\d(?!\d))/g;
const DOMAIN_DOT = /(?<=[\p{L}\p{N}_-])[.\u3002\uff0e\uff61](?=\p{L})/gu;
const LINE_START = /^(?=[#>&+=|:\u2022-]|\d+[.)])/;
const OUTER_UNDERSCORE = /(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** For readers without an escape of their own: Google Chat, cards, and whoever passes the documented `text` on. */
const plainText = (text, limit) => atLineStart(withoutFormat(takenApart(text, limit)).replaceAll("<", "‹").replaceAll(">", "›"));
/** Slack's mrkdwn, in which `&`, `<` and `>` are written as entities: docs.slack.dev, "Formatting message text". */
const slackText = (text, limit) => atLineStart(withoutFormat(takenApart(text, limit)).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
/** Discord's Markdown, in which a backslash escapes any punctuation. */
const discordText = (text, limit) => atLineStart(takenApart(text, limit).replace(/[\\*_~`|<>[\]]/g, "\\$&"));
/** GitHub's Markdown, in comments: references to issues, commits and people are taken apart as well. */
const githubText = (text, limit) => atLineStart(mentionsApart(oneLine$1(text, limit)).replace(/\bwww\./gi, `$&${BREAK}`).replace(/\bGH-(?=\d)/gi, `$&${BREAK}`).replace(/\b(?=[0-9a-f]{7,}\b)(?=[0-9]*[a-f])[0-9a-f]/gi, `$&${BREAK}`).replace(/[\\`*_{}[\]()<>#+!|~&]/g, "\\$&").replaceAll("$", "&#36;"));
function takenApart(text, limit) {
	return mentionsApart(oneLine$1(text, limit)).replace(/&(?=[#A-Za-z])/g, `&${BREAK}`).replace(DOMAIN_DOT, `$&${BREAK}`).replace(/\](?=[[(:])/g, `]${BREAK}`);
}
function mentionsApart(text) {
	return text.replace(/[@#]/g, `$&${BREAK}`).replace(COLON, `:${BREAK}`);
}
/** Characters that format, by ones that look alike. */
function withoutFormat(text) {
	return text.replaceAll("*", "∗").replaceAll("~", "∼").replaceAll("`", "'").replace(OUTER_UNDERSCORE, "＿");
}
function atLineStart(text) {
	return text.replace(LINE_START, BREAK);
}

Object.defineProperty(exports, "CANCELLED", ({
  enumerable: true,
  get: function () {
    return CANCELLED;
  }
}));
Object.defineProperty(exports, "COLUMNS", ({
  enumerable: true,
  get: function () {
    return COLUMNS;
  }
}));
Object.defineProperty(exports, "NOT_SENT", ({
  enumerable: true,
  get: function () {
    return NOT_SENT;
  }
}));
Object.defineProperty(exports, "NO_TIME_LEFT", ({
  enumerable: true,
  get: function () {
    return NO_TIME_LEFT;
  }
}));
Object.defineProperty(exports, "REQUEST_FAILED", ({
  enumerable: true,
  get: function () {
    return REQUEST_FAILED;
  }
}));
Object.defineProperty(exports, "UNEXPECTED_RESPONSE", ({
  enumerable: true,
  get: function () {
    return UNEXPECTED_RESPONSE;
  }
}));
Object.defineProperty(exports, "VIEW_RUN", ({
  enumerable: true,
  get: function () {
    return VIEW_RUN;
  }
}));
Object.defineProperty(exports, "array", ({
  enumerable: true,
  get: function () {
    return array;
  }
}));
Object.defineProperty(exports, "attempt", ({
  enumerable: true,
  get: function () {
    return attempt;
  }
}));
Object.defineProperty(exports, "commentFailed", ({
  enumerable: true,
  get: function () {
    return commentFailed;
  }
}));
Object.defineProperty(exports, "composeMessage", ({
  enumerable: true,
  get: function () {
    return composeMessage;
  }
}));
Object.defineProperty(exports, "discordText", ({
  enumerable: true,
  get: function () {
    return discordText;
  }
}));
Object.defineProperty(exports, "failureOutcome", ({
  enumerable: true,
  get: function () {
    return failureOutcome;
  }
}));
Object.defineProperty(exports, "fitLines", ({
  enumerable: true,
  get: function () {
    return fitLines;
  }
}));
Object.defineProperty(exports, "github", ({
  enumerable: true,
  get: function () {
    return github;
  }
}));
Object.defineProperty(exports, "githubText", ({
  enumerable: true,
  get: function () {
    return githubText;
  }
}));
Object.defineProperty(exports, "instance", ({
  enumerable: true,
  get: function () {
    return instance;
  }
}));
Object.defineProperty(exports, "is", ({
  enumerable: true,
  get: function () {
    return is;
  }
}));
Object.defineProperty(exports, "isTransientStatus", ({
  enumerable: true,
  get: function () {
    return isTransientStatus;
  }
}));
Object.defineProperty(exports, "joinMessage", ({
  enumerable: true,
  get: function () {
    return joinMessage;
  }
}));
Object.defineProperty(exports, "linkTarget", ({
  enumerable: true,
  get: function () {
    return linkTarget;
  }
}));
Object.defineProperty(exports, "mainStage", ({
  enumerable: true,
  get: function () {
    return mainStage;
  }
}));
Object.defineProperty(exports, "moreServers", ({
  enumerable: true,
  get: function () {
    return moreServers;
  }
}));
Object.defineProperty(exports, "nullable", ({
  enumerable: true,
  get: function () {
    return nullable;
  }
}));
Object.defineProperty(exports, "number", ({
  enumerable: true,
  get: function () {
    return number;
  }
}));
Object.defineProperty(exports, "object", ({
  enumerable: true,
  get: function () {
    return object;
  }
}));
Object.defineProperty(exports, "oneLine", ({
  enumerable: true,
  get: function () {
    return oneLine$1;
  }
}));
Object.defineProperty(exports, "optional", ({
  enumerable: true,
  get: function () {
    return optional;
  }
}));
Object.defineProperty(exports, "parseRetryAfter", ({
  enumerable: true,
  get: function () {
    return parseRetryAfter;
  }
}));
Object.defineProperty(exports, "plainText", ({
  enumerable: true,
  get: function () {
    return plainText;
  }
}));
Object.defineProperty(exports, "postStage", ({
  enumerable: true,
  get: function () {
    return postStage;
  }
}));
Object.defineProperty(exports, "record", ({
  enumerable: true,
  get: function () {
    return record;
  }
}));
Object.defineProperty(exports, "runStage", ({
  enumerable: true,
  get: function () {
    return runStage;
  }
}));
Object.defineProperty(exports, "safeParse", ({
  enumerable: true,
  get: function () {
    return safeParse;
  }
}));
Object.defineProperty(exports, "slackText", ({
  enumerable: true,
  get: function () {
    return slackText;
  }
}));
Object.defineProperty(exports, "string", ({
  enumerable: true,
  get: function () {
    return string;
  }
}));
Object.defineProperty(exports, "unknown", ({
  enumerable: true,
  get: function () {
    return unknown;
  }
}));
Object.defineProperty(exports, "webhook", ({
  enumerable: true,
  get: function () {
    return webhook;
  }
}));
Object.defineProperty(exports, "webhookFailed", ({
  enumerable: true,
  get: function () {
    return webhookFailed;
  }
}));
})();

module.exports = __webpack_exports__;
/******/ })()
;