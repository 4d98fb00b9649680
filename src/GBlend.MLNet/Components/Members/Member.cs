using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace GBlend.MLNet;

/// <summary>Makes the trainer of a <see cref="Member"/>, once for each of its fits.</summary>
/// <param name="ml">A context of the fit's own, with a seed that follows from that of the training.</param>
/// <param name="labelColumnName">The label: a bool for binary classification and for each label of a multi-label task, a key for classes, a float for
/// regression.</param>
/// <param name="featureColumnName">The features, a vector of floats.</param>
/// <param name="exampleWeightColumnName">
/// How much each row counts, a float with a mean of 1; <see langword="null"/> where all rows count alike.
/// </param>
/// <returns>The trainer, or a pipeline that ends with one.</returns>
public delegate IEstimator<ITransformer> MemberTrainer(
    MLContext ml, string labelColumnName, string featureColumnName, string? exampleWeightColumnName);

/// <summary>
/// A model of another trainer of ML.NET, such as LightGBM, FastTree or SDCA, that takes part in the answer of a Gradient Blending model: one more head of
/// the pool. Immutable.
/// </summary>
/// <remarks>
/// A member is fitted on the rows to train on, without those that are held out; in a cross-fitted training once for each fold. The pool weighs it like the
/// heads of the networks by the held-out rows. It is saved with the model.
/// </remarks>
/// <example>
/// <code>
/// options.Members.Add(new Member("LightGBM", (ml, label, features, weight) => ml.MulticlassClassification.Trainers.LightGbm(label, features, weight)));
/// </code>
/// </example>
public sealed class Member
{
    /// <summary>Makes a member that reads all vector modalities, concatenated.</summary>
    /// <param name="name">The name, in the history, in the answer and after <c>Score.</c>: not that of a modality column or of another member.</param>
    /// <param name="trainer">
    /// The trainer of the task: of <c>ml.BinaryClassification</c> where the Gradient Blending trainer is, and for multi-label tasks, where it is fitted for
    /// each label; of <c>ml.MulticlassClassification</c> for classes; of <c>ml.Regression</c> for numbers. For the same model by the same seed the trainer
    /// has to be deterministic: give it one thread where its results depend on the number of threads.
    /// </param>
    /// <param name="code">The C# of <paramref name="trainer"/>, as programs that are written for you show it; the compiler fills it in.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Member(string name, MemberTrainer trainer, [CallerArgumentExpression(nameof(trainer))] string? code = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(trainer);
        (Name, Trainer, Code) = (name, trainer, code);
    }

    private Member(Member other, IReadOnlyList<string> columnNames) : this(other.Name, other.Trainer, other.Code) => ColumnNames = columnNames;

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The modality columns that it reads; empty for all vector modalities.</summary>
    public IReadOnlyList<string> ColumnNames { get; } = [];

    internal MemberTrainer Trainer { get; }

    internal string? Code { get; }

    /// <summary>
    /// Returns a copy that reads some modality columns, concatenated in this order. Those of images and other media give their stored numbers.
    /// </summary>
    /// <param name="columnNames">The names of modality columns, one or more.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentException">There is no name, or one comes twice.</exception>
    public Member Reading(params string[] columnNames)
    {
        ArgumentNullException.ThrowIfNull(columnNames);
        if (columnNames.Length == 0 || columnNames.Distinct().Count() < columnNames.Length)
            throw new ArgumentException($"The member '{Name}' needs one or more columns to read, each once.", nameof(columnNames));
        return new(this, [.. columnNames]);
    }

    /// <inheritdoc/>
    public override string ToString() => ColumnNames.Count == 0 ? Name : $"{Name} of {string.Join(", ", ColumnNames)}";
}
