const $ = (id) => document.getElementById(id);
const el = (tag, ...children) => {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
};

/** Asks the API. Throws what it says when it refuses. */
async function ask(path, { method = "GET", json, text } = {}) {
  const response = await fetch(path, {
    method,
    ...(json !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(json),
    }),
    ...(text !== undefined && { headers: { "content-type": "text/plain" }, body: text }),
  });
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  const body = isJson ? await response.json() : undefined;
  if (!response.ok)
    throw Object.assign(new Error(body?.error ?? response.statusText), { status: response.status });
  return body;
}

/** Does something for a form, with its button out of reach meanwhile; what goes wrong is said below. */
function on(id, event, work) {
  $(id).addEventListener(event, async (happened) => {
    happened.preventDefault();
    $("said").textContent = "";
    const button = $(id).querySelector("button") ?? $(id);
    button.disabled = true;
    try {
      await work(
        happened.target instanceof HTMLFormElement ? Object.fromEntries(new FormData(happened.target)) : {},
      );
    } catch (error) {
      $("said").textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
}

let newest;

function showJobs(jobs) {
  $("jobs").replaceChildren(
    ...jobs.map((job) => {
      const said = el("p");
      const button = el("button", "How well do I fit?");
      button.addEventListener("click", async () => {
        if (newest === undefined) {
          said.textContent = "Store a résumé first.";
          return;
        }
        try {
          const { score, summary } = await ask("/api/analyses", {
            method: "POST",
            json: { resumeId: newest.id, jobId: job.id },
          });
          said.textContent = `${score.toFixed(2)}: ${summary}`;
        } catch (error) {
          said.textContent = error.message;
        }
      });
      return el("li", el("strong", job.title), ` at ${job.company} `, button, said);
    }),
  );
}

async function showResumes() {
  const resumes = await ask("/api/resumes");
  newest = resumes[0];
  $("resumes").replaceChildren(
    ...resumes.map(({ name, createdAt }) => el("li", `${name}, ${new Date(createdAt).toLocaleString()}`)),
  );
}

async function show() {
  try {
    const me = await ask("/api/me");
    $("who").textContent = `${me.email}${me.emailVerified ? " (verified)" : ""}`;
    $("signed-in").hidden = false;
    $("signed-out").hidden = true;
    await showResumes();
    showJobs(await ask("/api/jobs"));
  } catch (error) {
    if (error.status !== 401) throw error;
    $("who").textContent = "";
    $("signed-in").hidden = true;
    $("signed-out").hidden = false;
    const { stage } = await ask("/health");
    $("email").hidden = stage !== "dev";
    $("provider").hidden = stage === "dev";
  }
}

on("email", "submit", async (json) => {
  await ask("/auth/email", { method: "POST", json });
  await show();
});
on("sign-out", "click", async () => {
  await ask("/auth/logout", { method: "POST" });
  await show();
});
on("resume", "submit", async ({ text }) => {
  await ask("/api/resumes", { method: "POST", text });
  await showResumes();
});
on("job", "submit", async (json) => {
  await ask("/api/jobs", { method: "POST", json });
  showJobs(await ask("/api/jobs"));
});
on("search", "submit", async ({ q }) => showJobs(await ask(`/api/jobs/search?q=${encodeURIComponent(q)}`)));
await show();
