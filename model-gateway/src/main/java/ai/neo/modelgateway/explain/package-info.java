/** Why a version answers as it does: computed beside serving, by one worker. */
package ai.neo.modelgateway.explain;
