namespace GBlend.MLNet;

/// <summary>What learns to predict as one more head of the pool, without being a part of a network.</summary>
internal interface IMemberTrainer
{
    /// <summary>The head: its name and the modalities that it reads.</summary>
    HeadInfo Head { get; }

    /// <summary>Learns from some rows of a fit.</summary>
    /// <param name="rows">The rows, and who is told.</param>
    /// <exception cref="InvalidOperationException">It can't; the message names the member and says why.</exception>
    IMemberModel Fit(MemberRows rows);

    /// <summary>Reads what <see cref="IMemberModel.Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The content is truncated or altered.</exception>
    IMemberModel Load(byte[] content);
}

/// <summary>The rows that a member learns from.</summary>
/// <param name="All">All rows of the fit.</param>
/// <param name="Learning">The numbers of those to learn from.</param>
/// <param name="Seed">The seed of what is random.</param>
/// <param name="CheckAlive">Throws when the fit is to stop.</param>
/// <param name="Warn">Takes what the user should know.</param>
internal sealed record MemberRows(TrainingRows All, IReadOnlyList<int> Learning, int Seed, Action CheckAlive, Action<string> Warn);
