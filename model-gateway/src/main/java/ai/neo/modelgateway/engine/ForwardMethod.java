package ai.neo.modelgateway.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a TorchScript program's {@code forward} takes and answers, as the code in its archive
 * declares it. DJL does not tell a method's schema.
 *
 * @param arguments without {@code self}, in order
 * @param returns the declared type, as "Tensor" or "Tuple[Tensor, Tensor]"
 */
record ForwardMethod(List<Argument> arguments, String returns) {

  /** More code than that in one file is not looked through. */
  private static final int CODE_MAX_BYTES = 64 << 20;

  private static final int CLASS_MAX_BYTES = 4096;

  /** How data.pkl begins: the class of the object that it holds, which is the program. */
  private static final Pattern ROOT =
      Pattern.compile("\\A\\x80\\x02c__torch__([^\\n]*)\\n([^\\n]+)\\n");

  private static final String METHOD = "\n  def forward(";

  private static final Pattern RETURNS = Pattern.compile("\\s*->\\s*(.+?):\\s*\\n");

  /** One that {@code forward} is called with; {@code type} as "Tensor" or "Dict[str, Tensor]". */
  record Argument(String name, String type) {}

  ForwardMethod {
    arguments = List.copyOf(arguments);
  }

  /**
   * Reads the declaration.
   *
   * @throws ModelRefusedException when the archive has none, or none that can be read
   */
  static ForwardMethod of(byte[] content) throws ModelRefusedException {
    String head =
        ProgramFile.text(content, "data.pkl", CLASS_MAX_BYTES, StandardCharsets.ISO_8859_1)
            .orElse("");
    Matcher root = ROOT.matcher(head);
    if (!root.find()) {
      throw new ModelRefusedException("the archive does not say of which class its program is");
    }
    String path = "code/__torch__" + root.group(1).replace('.', '/') + ".py";
    String code =
        ProgramFile.text(content, path, CODE_MAX_BYTES, StandardCharsets.UTF_8)
            .orElseThrow(() -> new ModelRefusedException("the archive has no " + path));
    return declared(code, root.group(2));
  }

  private static ForwardMethod declared(String code, String name) throws ModelRefusedException {
    String lines = "\n" + code;
    int start = lines.indexOf("\nclass " + name + "(");
    int end = start < 0 ? -1 : lines.indexOf("\nclass ", start + 1);
    String body = start < 0 ? "" : lines.substring(start, end < 0 ? lines.length() : end);
    int method = body.indexOf(METHOD);
    if (method < 0) {
      throw new ModelRefusedException("the program's class " + name + " has no method 'forward'");
    }
    String declaration = body.substring(method + METHOD.length());
    List<String> parts = parts(declaration, ')');
    List<Argument> arguments = new ArrayList<>();
    for (String part : parts.subList(1, parts.size())) { // The first is self.
      String[] named = part.split(":", 2);
      if (named.length < 2) {
        throw new ModelRefusedException("forward has an argument without a type: " + part);
      }
      arguments.add(new Argument(named[0].strip(), parts(named[1], '=').getFirst()));
    }
    String rest = declaration.substring(end(declaration, ')') + 1);
    Matcher returns = RETURNS.matcher(rest);
    return new ForwardMethod(arguments, returns.lookingAt() ? returns.group(1) : "None");
  }

  /** How many tensors are answered; empty where the declaration does not tell. */
  OptionalInt answers() {
    if (returns.equals("Tensor") || returns.equals("List[str]")) {
      return OptionalInt.of(1);
    }
    if (returns.startsWith("Tuple[")) {
      return OptionalInt.of(parts(returns.substring("Tuple[".length()), ']').size());
    }
    return OptionalInt.empty();
  }

  /** Parted by the commas that stand in no brackets, up to the character that closes them. */
  private static List<String> parts(String text, char closing) {
    List<String> parts = new ArrayList<>();
    int end = end(text, closing);
    int start = 0;
    while (start <= end) {
      int comma = Math.min(end, start + end(text.substring(start), ','));
      parts.add(text.substring(start, comma).strip());
      start = comma + 1;
    }
    return parts;
  }

  /** Where that character stands outside of brackets and quotes; the length if nowhere. */
  private static int end(String text, char character) {
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        i += c == '\\' ? 1 : 0;
        quote = c == quote ? 0 : quote;
      } else if (depth == 0 && c == character) {
        return i;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      }
    }
    return text.length();
  }
}
