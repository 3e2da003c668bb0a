/** Who is computed next: by deadline, together where allowed, and once where asked twice. */
package ai.neo.modelgateway.scheduling;
