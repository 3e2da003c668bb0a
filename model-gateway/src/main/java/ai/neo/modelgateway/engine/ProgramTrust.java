package ai.neo.modelgateway.engine;

import ai.neo.proto.signing.Statements;
import ai.neo.proto.signing.VerifyingKey;
import java.util.List;

/**
 * Whose programs may run here.
 *
 * @param anybody whether the operator trusts whoever registers models with running code here
 * @param signers keys, any of which lets a program run by signing its digest
 */
public record ProgramTrust(boolean anybody, List<VerifyingKey> signers) {
  public static final ProgramTrust NOBODY = new ProgramTrust(false, List.of());

  public ProgramTrust {
    signers = List.copyOf(signers);
  }

  /** Whether the artifact, whose bytes were checked against its digest, may run. */
  boolean covers(ModelArtifact artifact) {
    if (anybody) {
      return true;
    }
    byte[] statement = Statements.ofArtifact(artifact.digest());
    return artifact.signatures().stream()
        .anyMatch(
            signature ->
                signers.stream()
                    .anyMatch(
                        signer ->
                            signer.hasSigned(statement, signature.getSignature().toByteArray())));
  }
}
