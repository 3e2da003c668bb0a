package ai.neo.modelgateway.learning;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Settings as lines of {@code name=value}, parts as {@code part.name=value}: what the journal keeps
 * of them. A name that a text lacks has its default, so that older journals can be read.
 */
final class SettingsText {
  private SettingsText() {}

  static String write(LearningSettings settings) {
    StringBuilder text = new StringBuilder();
    write("", settings, text);
    return text.toString();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException when a value is no value of its setting
   */
  static LearningSettings read(String text) {
    return (LearningSettings) read("", LearningSettings.defaults(), values(text));
  }

  /**
   * The same of an operator's text, in which a name that no setting has is a mistake.
   *
   * @throws IllegalArgumentException when a name or a value is none
   */
  static LearningSettings change(String text) {
    Set<String> known = values(write(LearningSettings.defaults())).keySet();
    for (String name : values(text).keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "there is no setting '" + name + "'; there are " + String.join(", ", known));
      }
    }
    return read(text);
  }

  private static Map<String, String> values(String text) {
    Map<String, String> values = new TreeMap<>();
    text.lines().forEach(line -> values.put(name(line), line.substring(name(line).length() + 1)));
    return values;
  }

  private static String name(String line) {
    int sign = line.indexOf('=');
    if (sign < 1) {
      throw new IllegalArgumentException("no name=value: '" + line + "'");
    }
    return line.substring(0, sign);
  }

  private static void write(String prefix, Record part, StringBuilder text) {
    for (RecordComponent component : part.getClass().getRecordComponents()) {
      Object value = value(component, part);
      if (value instanceof Record inner) {
        write(prefix + component.getName() + ".", inner, text);
      } else {
        text.append(prefix).append(component.getName()).append('=').append(value).append('\n');
      }
    }
  }

  private static Record read(String prefix, Record defaults, Map<String, String> values) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    Object[] arguments = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      Object byDefault = value(components[i], defaults);
      String name = prefix + components[i].getName();
      types[i] = components[i].getType();
      arguments[i] =
          byDefault instanceof Record inner
              ? read(name + ".", inner, values)
              : parsed(name, byDefault, values.getOrDefault(name, byDefault.toString()));
    }
    try {
      return defaults.getClass().getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(e.getCause().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no settings can be made", e);
    }
  }

  private static Object parsed(String name, Object like, String text) {
    try {
      return switch (like) {
        case Integer _ -> Integer.valueOf(text);
        case Long _ -> Long.valueOf(text);
        case Float _ -> Float.valueOf(text);
        case Double _ -> Double.valueOf(text);
        case Boolean _ when text.equals("true") || text.equals("false") -> text.equals("true");
        default -> throw new NumberFormatException();
      };
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + " must be like " + like + ", not '" + text + "'", e);
    }
  }

  private static Object value(RecordComponent component, Record of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record hides " + component.getName(), e);
    }
  }
}
