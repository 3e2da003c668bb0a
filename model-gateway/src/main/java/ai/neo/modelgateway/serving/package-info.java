/** Which version answers, and how that changes while it does. */
package ai.neo.modelgateway.serving;
