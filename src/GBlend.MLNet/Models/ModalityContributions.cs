using System.Globalization;
using System.Text;

namespace GBlend.MLNet;

/// <summary>
/// The contributions of each modality to the answers of a model: Shapley values over the modalities of the log-probability of a class, in nats, between
/// the share of the class among the training rows, which is known without any modality, and the answer to all modalities that a row has.
/// </summary>
/// <param name="Modalities">The contributions of the modalities over all rows, in their order.</param>
/// <param name="Rows">The contributions of each row, in the order of the data view.</param>
public sealed record ModalityContributions(IReadOnlyList<ModalityContribution> Modalities, IReadOnlyList<RowContributions> Rows)
{
    /// <summary>Writes a table for people, and a line for each modality that harms.</summary>
    /// <returns>The table, in the invariant culture.</returns>
    public override string ToString()
    {
        var text = new StringBuilder("modality: contribution to the answer, to the true class (nats, ± standard error)\n");
        foreach (var m in Modalities)
        {
            string truth = m.ToTruth is { } mean ? string.Create(CultureInfo.InvariantCulture, $", {mean:0.000} ± {m.ToTruthError:0.000}") : "";
            text.Append(CultureInfo.InvariantCulture, $"{m.Name}: {m.ToAnswer:0.000} ± {m.ToAnswerError:0.000}{truth}\n");
        }
        foreach (var m in Modalities.Where(m => m.Harms))
            text.Append(CultureInfo.InvariantCulture, $"Without {m.Name} the log-loss on these rows is {-m.LossWithout!.Value:0.000} lower.\n");
        return text.ToString();
    }
}

/// <summary>The contribution of a modality over all rows.</summary>
/// <param name="Name">The modality's column.</param>
/// <param name="ToAnswer">The mean contribution to the log-probability of the class that is answered, in nats.</param>
/// <param name="ToAnswerError">The standard error of that mean.</param>
/// <param name="ToTruth">The mean contribution to the log-probability of the true class, in nats; <see langword="null"/> without a label column.</param>
/// <param name="ToTruthError">The standard error of that mean; <see langword="null"/> without a label column.</param>
/// <param name="LossWithout">
/// The amount by which the log-loss is higher when the modality is left out of the rows that have others too, in nats; <see
/// langword="null"/> without a label column. </param>
/// <param name="LossWithoutError">The standard error of that difference; <see langword="null"/> without a label column.</param>
public sealed record ModalityContribution(
    string Name, double ToAnswer, double ToAnswerError, double? ToTruth, double? ToTruthError, double? LossWithout, double? LossWithoutError)
{
    /// <summary>A value that says whether answers are better without the modality, by more than two standard errors.</summary>
    public bool Harms => LossWithout < -2 * LossWithoutError;
}

/// <summary>The contributions of each modality to the answer to one row.</summary>
/// <param name="Answer">The index of the class that is answered.</param>
/// <param name="ToAnswer">
/// The contribution of each modality, in order, to the log-probability of that class; 0 for a modality that the row lacks. With <paramref name="Prior"/> they
/// add up to <paramref name="LogProbability"/>.
/// </param>
/// <param name="Prior">The logarithm of the share of that class among the training rows.</param>
/// <param name="LogProbability">The logarithm of the probability of that class.</param>
/// <param name="ToTruth">The contribution of each modality to the log-probability of the true class; empty without a label column.</param>
public sealed record RowContributions(int Answer, IReadOnlyList<double> ToAnswer, double Prior, double LogProbability, IReadOnlyList<double> ToTruth);
