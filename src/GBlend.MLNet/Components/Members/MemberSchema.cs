using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>The columns that a member's trainer is given: label, features and, where rows don't count alike, weight.</summary>
internal sealed class MemberSchema
{
    internal const string LabelName = "Label", FeaturesName = "Features", WeightName = "Weight";

    /// <param name="label">The type of the label.</param>
    /// <param name="features">The numbers of the features.</param>
    /// <param name="hasWeight">Whether rows have weights.</param>
    internal MemberSchema(DataViewType label, int features, bool hasWeight)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(LabelName, label);
        builder.AddColumn(FeaturesName, new VectorDataViewType(NumberDataViewType.Single, features));
        if (hasWeight)
            builder.AddColumn(WeightName, NumberDataViewType.Single);
        Schema = builder.ToSchema();
    }

    internal DataViewSchema Schema { get; }

    /// <summary>A getter for a row.</summary>
    /// <param name="column">The column.</param>
    /// <param name="label">The label, as a number.</param>
    /// <param name="features">The features.</param>
    /// <param name="weight">The weight.</param>
    internal static ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column, Func<double> label, Func<float[]> features, Func<double> weight)
    {
        Delegate getter = column.Name switch
        {
            FeaturesName => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Write(features(), ref value)),
            WeightName => (ValueGetter<float>)((ref float value) => value = (float)weight()),
            _ when column.Type is BooleanDataViewType => (ValueGetter<bool>)((ref bool value) => value = label() > 0.5),
            // Keys count from 1; 0 is a missing one.
            _ when column.Type is KeyDataViewType => (ValueGetter<uint>)((ref uint value) => value = (uint)label() + 1),
            _ => (ValueGetter<float>)((ref float value) => value = (float)label()),
        };
        return getter.As<TValue>(column);
    }

    /// <summary>Mostly zeros, as of texts, are given without them.</summary>
    private static void Write(float[] features, ref VBuffer<float> value)
    {
        int count = features.Length - features.AsSpan().Count(0f);
        bool isSparse = count < features.Length / 4;
        var editor = VBufferEditor.Create(ref value, features.Length, isSparse ? count : features.Length);
        if (!isSparse)
        {
            features.CopyTo(editor.Values);
        }
        else
        {
            for (int i = 0, next = 0; i < features.Length; i++)
            {
                if (features[i] != 0)
                    (editor.Indices[next], editor.Values[next++]) = (i, features[i]);
            }
        }
        value = editor.Commit();
    }
}
