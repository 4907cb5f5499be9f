// Asking the server: this page's own, and nobody else.

const csrf = document.querySelector('meta[name=csrf]').content;

// ask gets a path, or posts a body to it. It throws an Error with the server's words; code and rules say more.
export async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(path, body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }, body: JSON.stringify(body) });
  } catch {
    throw new Error('sgfit does not answer; is it still running? What the page called stored is stored. Start it again and open the address that it prints.');
  }
  const text = await answer.text();
  let value;
  try { value = JSON.parse(text); } catch { value = { problem: text }; }
  if (!answer.ok) throw Object.assign(new Error(value.problem || answer.statusText), { code: answer.status, rules: value.rules || [] });
  return value;
}
