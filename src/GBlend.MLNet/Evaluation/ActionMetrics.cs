namespace GBlend.MLNet;

/// <summary>Accuracies of actions that are a verb and a noun, as EPIC-Kitchens reports them. Pure: arrays in, numbers out.</summary>
public static class ActionMetrics
{
    /// <summary>
    /// Verb, noun and action accuracy. An action's score is the product of its verb's and its noun's, so that with k = 1 an action is right
    /// when both are.
    /// </summary>
    /// <param name="verbScores">[rows][verbs]; probabilities.</param>
    /// <param name="verbs">[rows]; the verb of each row, from 0.</param>
    /// <param name="nounScores">[rows][nouns]; probabilities.</param>
    /// <param name="nouns">[rows]; the noun of each row, from 0.</param>
    /// <param name="k">A row counts as right when its verb, noun or pair is among the k of the highest scores; 1 or more.</param>
    /// <returns>Shares in [0, 1].</returns>
    /// <exception cref="ArgumentException">No rows, rows of different lengths or numbers, a score that is negative or not a number, or a label that is no class.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static ActionAccuracy Accuracy(IReadOnlyList<float[]> verbScores, IReadOnlyList<int> verbs, IReadOnlyList<float[]> nounScores, IReadOnlyList<int> nouns, int k = 1)
    {
        double verb = ClassMetrics.TopKAccuracy(verbScores, verbs, k), noun = ClassMetrics.TopKAccuracy(nounScores, nouns, k);
        if (verbs.Count != nouns.Count)
            throw new ArgumentException($"There are verbs for {verbs.Count} rows and nouns for {nouns.Count}.", nameof(nouns));
        if (verbScores.Concat(nounScores).Any(row => row.Any(s => s < 0)))
            throw new ArgumentException("Scores must be probabilities, from 0, so that an action's is the product of its verb's and its noun's.", nameof(verbScores));
        int right = Enumerable.Range(0, verbs.Count).Count(row => IsAmongBest(verbScores[row], verbs[row], nounScores[row], nouns[row], k));
        return new ActionAccuracy(verb, noun, (double)right / verbs.Count);
    }

    /// <summary>Pairs are ordered by score, equal ones by verb and then noun, higher indices first. Products of two floats are exact in double.</summary>
    private static bool IsAmongBest(float[] verbScores, int verb, float[] nounScores, int noun, int k)
    {
        double score = (double)verbScores[verb] * nounScores[noun];
        int better = 0;
        for (int v = 0; v < verbScores.Length; v++)
        {
            for (int n = 0; n < nounScores.Length; n++)
            {
                double other = (double)verbScores[v] * nounScores[n];
                if (other > score || (other == score && (v > verb || (v == verb && n > noun))))
                    better++;
            }
        }
        return better < k;
    }
}

/// <summary>Shares in [0, 1] of rows that are right.</summary>
/// <param name="Verb">Whose verb is.</param>
/// <param name="Noun">Whose noun is.</param>
/// <param name="Action">Whose pair of verb and noun is.</param>
public sealed record ActionAccuracy(double Verb, double Noun, double Action);
