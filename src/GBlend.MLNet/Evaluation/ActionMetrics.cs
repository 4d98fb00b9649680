namespace GBlend.MLNet;

/// <summary>Metrics of actions that are a verb and a noun, as EPIC-Kitchens reports them. They read arrays and return numbers.</summary>
public static class ActionMetrics
{
    /// <summary>
    /// Computes the accuracies of verbs, nouns and actions. The score of an action is the product of the scores of its verb and its noun, so that
    /// with k = 1 an action is right when both are right.
    /// </summary>
    /// <param name="verbScores">The probabilities of the verbs as [rows][verbs].</param>
    /// <param name="verbs">The verb of each row as [rows], counted from 0.</param>
    /// <param name="nounScores">The probabilities of the nouns as [rows][nouns].</param>
    /// <param name="nouns">The noun of each row as [rows], counted from 0.</param>
    /// <param name="k">
    /// The number of highest scores among which the verb, the noun or the pair of a row must be to count as right, 1 or more. Default 1.
    /// </param>
    /// <returns>The accuracies, as shares in [0, 1].</returns>
    /// <exception cref="ArgumentException">
    /// There are no rows, the rows of verbs and nouns are not as many, rows have different lengths, a score is negative or not a number, or a label
    /// is not the index of a score.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static ActionAccuracy Accuracy(
        IReadOnlyList<float[]> verbScores, IReadOnlyList<int> verbs, IReadOnlyList<float[]> nounScores, IReadOnlyList<int> nouns, int k = 1)
    {
        double verb = ClassMetrics.TopKAccuracy(verbScores, verbs, k), noun = ClassMetrics.TopKAccuracy(nounScores, nouns, k);
        if (verbs.Count != nouns.Count)
            throw new ArgumentException($"There are verbs for {verbs.Count} rows and nouns for {nouns.Count}.", nameof(nouns));
        if (verbScores.Concat(nounScores).Any(row => row.Any(s => s < 0)))
            throw new ArgumentException(
                "Scores must be probabilities, from 0, so that an action's is the product of its verb's and its noun's.", nameof(verbScores));
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

/// <summary>The accuracies of predictions of a verb and a noun.</summary>
/// <param name="Verb">The share of rows, in [0, 1], whose verb is right.</param>
/// <param name="Noun">The share of rows, in [0, 1], whose noun is right.</param>
/// <param name="Action">The share of rows, in [0, 1], whose pair of verb and noun is right.</param>
public sealed record ActionAccuracy(double Verb, double Noun, double Action);
