package ai.neo.modelgateway.engine;

import ai.neo.modelgateway.engine.ForwardMethod.Argument;
import ai.neo.modelgateway.engine.TensorSignature.Spec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * For which of a program's arguments and answers the names of a configuration stand. As in Triton's
 * PyTorch backend (pytorch_backend, {@code GetNamingConvention}): by the names of {@code forward}'s
 * arguments, or by the number in NAME__NUMBER, or, where not all of them fit, in the order in which
 * they are stated.
 */
final class ForwardNames {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,4}");

  private ForwardNames() {}

  /** Of each stated input, the place of its argument; each argument has one. */
  static List<Integer> inputs(List<Spec> stated, List<Argument> arguments)
      throws ModelRefusedException {
    List<String> names = arguments.stream().map(Argument::name).toList();
    boolean byName = stated.stream().allMatch(spec -> names.contains(spec.name()));
    List<Integer> places =
        byName ? stated.stream().map(spec -> names.indexOf(spec.name())).toList() : places(stated);
    Set<Integer> taken = new HashSet<>();
    for (int i = 0; i < stated.size(); i++) {
      if (places.get(i) >= names.size() || !taken.add(places.get(i))) {
        throw new ModelRefusedException(
            "input '%s' stands for argument %d of forward(%s), which %s"
                .formatted(
                    stated.get(i).name(),
                    places.get(i),
                    String.join(", ", names),
                    places.get(i) >= names.size()
                        ? "has %d, from 0".formatted(names.size())
                        : "another input stands for already"));
      }
    }
    return places;
  }

  /** Of each stated output, its place among the tensors that are answered. */
  static List<Integer> outputs(List<Spec> stated) {
    return places(stated);
  }

  /** By number, if that is how all of them are called, or else in order. */
  private static List<Integer> places(List<Spec> stated) {
    List<String> numbers = stated.stream().map(spec -> number(spec.name())).toList();
    return numbers.stream().allMatch(number -> NUMBER.matcher(number).matches())
        ? numbers.stream().map(Integer::valueOf).toList()
        : IntStream.range(0, stated.size()).boxed().toList();
  }

  private static String number(String name) {
    int underscores = name.indexOf("__");
    return underscores < 0 ? "" : name.substring(underscores + 2);
  }
}
