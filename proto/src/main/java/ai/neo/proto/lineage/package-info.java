/** What a version was made of, as it is written beside the version and read again. */
package ai.neo.proto.lineage;
