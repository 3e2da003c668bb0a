package ai.neo.orchestrator.cli;

import ai.neo.proto.signing.SigningKey;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code ./neo registry keygen}. */
@CommandLine.Command(
    name = "keygen",
    mixinStandardHelpOptions = true,
    description = "Makes a key that signs evaluations or artifacts; prints its public half.",
    footerHeading = "%nExamples:%n",
    footer = {"  ./neo registry keygen anna.key", "  ./neo registry keygen anna.key --json"})
final class KeygenCommand implements Callable<Integer> {
  @CommandLine.Parameters(paramLabel = "FILE", description = "Where the secret key goes.")
  private Path file;

  @CommandLine.Option(names = "--json", description = "On one line.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    SigningKey key = SigningKey.generate();
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException(file + " exists; a key is never overwritten", e);
    }
    Files.writeString(file, key.pem());
    String text = key.verifyingKey().text();
    JsonObject made =
        new JsonObject()
            .put("file", file.toString())
            .put("key_id", key.verifyingKey().id())
            .put("public_key", text);
    spec.commandLine()
        .getOut()
        .println(
            json
                ? made.encode()
                : "The secret key is in %s. Its public half, for the policy file:%n%n  NAME: %s"
                    .formatted(file, text));
    return 0;
  }
}
