namespace GBlend.MLNet;

/// <summary>What heads predict where rows lack modalities, for rules that are fitted or chosen for such rows.</summary>
/// <param name="Of">
/// By a set of modalities (bit i for modality i) what all heads predict for the held-out rows that have these, as if they had no others. What is predicted
/// by a head that can't read such rows has no meaning.
/// </param>
/// <param name="Dispensable">The modalities that joint heads can do without, because vectors stand for them: bit i for modality i.</param>
internal sealed record IncompleteRows(Func<int, HeldOutPredictions> Of, int Dispensable);
