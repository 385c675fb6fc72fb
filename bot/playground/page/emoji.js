/** The emoji that colon codes stand for: the common ones; another code stays as it was typed. */

const TABLE = `
  smile 😄 smiley 😃 grinning 😀 slightly_smiling_face 🙂 grin 😁 joy 😂 wink 😉 blush 😊 heart_eyes 😍
  thinking_face 🤔 neutral_face 😐 confused 😕 cry 😢 sob 😭 sweat_smile 😅 sunglasses 😎 tada 🎉
  partying_face 🥳 wave 👋 +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 clap 👏 pray 🙏 raised_hands 🙌 ok_hand 👌
  muscle 💪 eyes 👀 point_right 👉 point_down 👇 heart ❤️ sparkles ✨ star ⭐ fire 🔥 rocket 🚀 100 💯
  white_check_mark ✅ heavy_check_mark ✔️ x ❌ warning ⚠️ question ❓ exclamation ❗ bulb 💡
  information_source ℹ️ bell 🔔 no_entry ⛔ book 📖 books 📚 bookmark 🔖 mortar_board 🎓 memo 📝 pencil ✏️
  link 🔗 mag 🔍 page_facing_up 📄 clipboard 📋 pushpin 📌 calendar 📅 hourglass ⌛ alarm_clock ⏰ computer 💻
  gear ⚙️ wrench 🔧 hammer 🔨 bug 🐛 robot_face 🤖 seedling 🌱 compass 🧭 speech_balloon 💬 movie_camera 🎥
  tv 📺 package 📦 arrow_right ➡️ lock 🔒 coffee ☕ lab_coat 🥼 test_tube 🧪
`;

const EMOJI = new Map();
const words = TABLE.trim().split(/\s+/);
for (let i = 0; i < words.length; i += 2) EMOJI.set(words[i], words[i + 1]);

export const emoji = (code) => EMOJI.get(code);

/** A text with its colon codes replaced. */
export const withEmoji = (text) =>
  text.replace(/:([\w+-]+):/g, (whole, code) => emoji(code) ?? whole);
