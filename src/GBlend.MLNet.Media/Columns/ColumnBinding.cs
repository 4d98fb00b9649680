using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>What a column is bound to in the rows of one view.</summary>
/// <param name="Source">The input column that it is made from.</param>
/// <param name="CheckAlive">Throws where the work of the context has been cancelled.</param>
/// <param name="Log">Where files that can't be used are noted.</param>
/// <param name="Shared">
/// Where another column of the same videos finds what this one decoded, and this one what the other did; none if there is no other.
/// </param>
internal sealed record ColumnBinding(DataViewSchema.Column Source, Action CheckAlive, BadMediaLog Log, DecodedFrames? Shared);
