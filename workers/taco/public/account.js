const [login, code, account] = ["login", "code", "account"].map((id) => document.getElementById(id));

async function ask(method, path, body, token) {
  const response = await fetch(path, {
    method,
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const field = (form, name) => new FormData(form).get(name);
const shown = (work) => (event) => {
  event.preventDefault();
  work().catch((error) => {
    account.textContent = error.message;
  });
};

login.addEventListener(
  "submit",
  shown(async () => {
    const sent = await ask("POST", "/api/auth/code", { email: field(login, "email") });
    code.hidden = false;
    account.textContent = sent.code
      ? `Your code is ${sent.code}: this stage sends no mail.`
      : "The code is in your mail.";
  }),
);
code.addEventListener(
  "submit",
  shown(async () => {
    const { token } = await ask("POST", "/api/auth/session", {
      email: field(login, "email"),
      code: field(code, "code"),
    });
    const [me, credits] = await Promise.all(
      ["/api/me", "/api/me/credits"].map((path) => ask("GET", path, undefined, token)),
    );
    account.textContent = `${me.email}: ${credits.balance} credits`;
  }),
);
