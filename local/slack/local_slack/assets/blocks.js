// Block Kit blocks as DOM nodes. `act(block, element, value)` is called when the person uses an element.

import { el, freshId } from "./dom.js";
import { mrkdwn, plainText, richText, textObject } from "./mrkdwn.js";

export function renderBlocks(blocks, view) {
  return blocks.map((block) => {
    const build = BLOCKS[block.type];
    const node = build ? build(block, view) : unknown(block.type);
    node.dataset.blockId = block.block_id;
    return node;
  });
}

const unknown = (type) => el("p", { class: "unknown" }, `This page cannot show a block of type ${type}.`);

const BLOCKS = {
  header: (block) => el("h3", { class: "block header" }, plainText(block.text)),
  divider: () => el("hr", { class: "block" }),
  context: (block, view) =>
    el("div", { class: "block context" }, block.elements.map((element) =>
      element.type === "image" ? picture(element, "tiny") : el("span", {}, textObject(element, view.names)))),
  section: (block, view) =>
    el("div", { class: "block section" },
      el("div", { class: "section-body" },
        block.text ? sectionText(block, view) : null,
        block.fields
          ? el("div", { class: "fields" }, block.fields.map((field) =>
              el("div", { class: "text" }, textObject(field, view.names))))
          : null),
      block.accessory ? el("div", { class: "accessory" }, renderElement(block, block.accessory, view)) : null),
  rich_text: (block, view) => el("div", { class: "block rich text" }, richText(block, view.names)),
  markdown: (block) => el("div", { class: "block text" }, block.text),
  image: (block) => el("figure", { class: "block" },
    block.title ? el("figcaption", {}, plainText(block.title)) : null, picture(block, "wide")),
  actions: (block, view) =>
    el("div", { class: "block actions", role: "group", "aria-label": "Actions" },
      block.elements.map((element) => renderElement(block, element, view))),
  input: (block, view) => inputBlock(block, view),
};

// Slack folds a long section away behind "See more" unless it is posted with `expand`; its threshold is not published.
const LONG_TEXT = 700;
const LONG_LINES = 12;

function sectionText(block, view) {
  const text = el("div", { class: "text" }, textObject(block.text, view.names));
  const long = block.text.text.length > LONG_TEXT || block.text.text.split("\n").length > LONG_LINES;
  if (block.expand || !long) return text;
  text.classList.add("folded");
  const more = el("button", {
    type: "button", class: "see-more", "aria-expanded": "false",
    onclick: () => {
      const folded = text.classList.toggle("folded");
      more.textContent = folded ? "See more" : "See less";
      more.setAttribute("aria-expanded", String(!folded));
    },
  }, "See more");
  return [text, more];
}

// Slack fetches pictures itself; nothing is fetched here, so their description stands in.
const picture = (image, size) =>
  el("span", { class: `picture ${size}`, role: "img", "aria-label": image.alt_text }, image.alt_text);

function inputBlock(block, view) {
  const id = freshId("field");
  const described = [block.hint ? `${id}-hint` : "", `${id}-error`].join(" ").trim();
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element.type);
  const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
  const field = renderElement(block, block.element, view, { id, describedBy: described, required: !block.optional });
  return el(grouped ? "fieldset" : "div", { class: "block input" },
    el(grouped ? "legend" : "label", { for: grouped ? undefined : id }, plainText(block.label), optional),
    field,
    block.hint ? el("p", { class: "hint", id: `${id}-hint` }, plainText(block.hint)) : null,
    el("p", { class: "field-error", id: `${id}-error`, role: "alert" }));
}

export function renderElement(block, element, view, field = {}) {
  const build = ELEMENTS[element.type];
  if (!build) return element.type === "image" ? picture(element, "thumb") : unknown(element.type);
  const node = build(block, element, view, field);
  node.dataset.actionId = element.action_id;
  node.dataset.kind = element.type;
  return node;
}

const ELEMENTS = {
  button: (block, element, view) => {
    if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(view.userId)) {
      return el("span", { hidden: true });
    }
    return el("button", {
      type: "button",
      class: `button ${element.style ?? ""}`,
      "aria-label": element.accessibility_label,
      onclick: (event) => {
        if (element.url && /^https?:\/\//i.test(element.url)) window.open(element.url, "_blank", "noopener");
        view.act(block, element, null, event.currentTarget);
      },
    }, plainText(element.text));
  },
  static_select: (block, element, view, field) => select(block, element, view, field, groupsOf(element), element.initial_option),
  overflow: (block, element, view, field) =>
    select(block, { ...element, placeholder: { text: "More actions" } }, view, field, groupsOf(element)),
  multi_static_select: (block, element, view, field) => choices(block, { ...element, options: groupsOf(element).flatMap((g) => g.options) }, view, field, "checkbox"),
  users_select: (block, element, view, field) => {
    const options = [...view.names].filter(([id]) => id.startsWith("U"))
      .map(([id, name]) => ({ value: id, text: { text: name } }));
    const initial = options.find((option) => option.value === element.initial_user);
    return select(block, element, view, field, [{ options }], initial);
  },
  radio_buttons: (block, element, view, field) => choices(block, element, view, field, "radio"),
  checkboxes: (block, element, view, field) => choices(block, element, view, field, "checkbox"),
  plain_text_input: (block, element, view, field) => {
    const node = el(element.multiline ? "textarea" : "input", {
      ...fieldAttributes(element, field), type: element.multiline ? undefined : "text", rows: element.multiline ? 4 : undefined,
      maxlength: element.max_length ?? 3000,
    });
    node.value = element.initial_value ?? "";
    return node;
  },
  number_input: (block, element, view, field) => typed("number", element.initial_value, element, field),
  datepicker: (block, element, view, field) => watch(typed("date", element.initial_date, element, field), block, element, view),
  timepicker: (block, element, view, field) => watch(typed("time", element.initial_time, element, field), block, element, view),
};

const groupsOf = (element) => element.option_groups ?? [{ options: element.options }];

const fieldAttributes = (element, field) => ({
  id: field.id,
  "aria-describedby": field.describedBy,
  "aria-required": field.required ? "true" : undefined,
  "aria-label": field.id ? undefined : (element.placeholder?.text ?? element.action_id),
  placeholder: element.placeholder?.text,
  autofocus: element.focus_on_load,
});

function typed(type, initial, element, field) {
  const node = el("input", { ...fieldAttributes(element, field), type });
  node.value = initial ?? "";
  return node;
}

// Outside an input block an element tells the app at once; inside one only with `dispatch_action`.
const tellsAtOnce = (block) => block.type !== "input" || block.dispatch_action;

function watch(node, block, element, view) {
  if (tellsAtOnce(block)) node.addEventListener("change", () => view.act(block, element, node.value, node));
  return node;
}

function select(block, element, view, field, groups, initial) {
  const option = (each) => el("option", { value: each.value, selected: each.value === initial?.value }, each.text.text);
  const node = el("select", fieldAttributes(element, field),
    el("option", { value: "" }, element.placeholder?.text ?? "Select an option"),
    groups.map((group) => group.label
      ? el("optgroup", { label: group.label.text }, group.options.map(option))
      : group.options.map(option)));
  return watch(node, block, element, view);
}

function choices(block, element, view, field, type) {
  const name = freshId("choice");
  const initial = [element.initial_option, ...(element.initial_options ?? [])].map((option) => option?.value);
  const node = el("div", {
    class: "choices", role: type === "radio" ? "radiogroup" : "group", "aria-describedby": field.describedBy,
  }, element.options.map((option) =>
    el("label", { class: "choice" },
      el("input", { type, name, value: option.value, checked: initial.includes(option.value) }),
      el("span", {}, textObject({ type: "plain_text", ...option.text }, view.names),
        option.description ? el("small", {}, textObject({ type: "plain_text", ...option.description }, view.names)) : null))));
  if (tellsAtOnce(block)) node.addEventListener("change", () => view.act(block, element, valueOf(node), node));
  return node;
}

export function valueOf(node) {
  switch (node.dataset.kind) {
    case "checkboxes":
    case "multi_static_select":
      return [...node.querySelectorAll("input:checked")].map((input) => input.value);
    case "radio_buttons":
      return node.querySelector("input:checked")?.value ?? null;
    default:
      return node.value || null;
  }
}

export const messageBody = (message, view) =>
  message.blocks?.length
    ? renderBlocks(message.blocks, view)
    : [el("div", { class: "block text" }, mrkdwn(message.text, view.names))];
