using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>The values behind the classes of a label, in the item type that they had in training.</summary>
internal abstract class KeyValues
{
    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static readonly PrimitiveDataViewType[] s_types =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance, NumberDataViewType.Single, NumberDataViewType.Double,
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
        NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64,
        DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance,
    ];

    /// <summary>One name per class.</summary>
    internal abstract string[] Names { get; }

    /// <summary>Adds the values to a column's annotations.</summary>
    internal abstract void AddTo(DataViewSchema.Annotations.Builder annotations, string kind);

    internal abstract JsonObject ToJson();

    internal static KeyValues Create<T>(T[] values) => new Typed<T>(s_types.Single(t => t.RawType == typeof(T)), values);

    /// <summary>As many values of a type as are needed to describe a schema before there is data.</summary>
    internal static KeyValues Imagine(DataViewType itemType, int count) =>
        GenericFactory.Create<KeyValues>(typeof(Typed<>), itemType.RawType, itemType, Array.CreateInstance(itemType.RawType, count));

    /// <summary>
    /// The values that a column's annotations give its keys or scores; <see langword="null"/> when they have none for all <paramref name="count"/>.
    /// </summary>
    internal static KeyValues? Of(DataViewSchema.Column column, int count, string kind = AnnotationUtils.Kinds.KeyValues)
    {
        var annotation = column.Annotations.Schema.GetColumnOrNull(kind);
        return annotation?.Type is VectorDataViewType { IsKnownSize: true } vector && vector.Size == count && s_types.Contains(vector.ItemType)
            ? GenericFactory.Create<KeyValues>(typeof(Typed<>), vector.ItemType.RawType, vector.ItemType, column.Annotations, kind)
            : null;
    }

    /// <summary>The values that a model's scores in a data view are of; <see langword="null"/> where there are none, or they say none.</summary>
    internal static KeyValues? OfScores(DataViewSchema schema) =>
        schema.GetColumnOrNull(DefaultColumnNames.Score) is { Type: VectorDataViewType { IsKnownSize: true } vector } score
            ? Of(score, vector.Size, AnnotationUtils.Kinds.TrainingLabelValues)
            : null;

    /// <summary>
    /// Refuses a key column whose keys stand for other values than these, as those of another <c>MapValueToKey</c> do: a metric would compare wrong
    /// classes.
    /// </summary>
    /// <param name="label">A key column; one without values is taken as it is.</param>
    /// <exception cref="ArgumentException">A key stands for another value; the message names both.</exception>
    internal void CheckSame(DataViewSchema.Column label)
    {
        if (label.Type is not KeyDataViewType { Count: <= int.MaxValue } key || Of(label, (int)key.Count) is not { } given)
            return;
        var (own, others) = (Names, given.Names);
        int wrong = Enumerable.Range(0, Math.Min(own.Length, others.Length)).FirstOrDefault(i => own[i] != others[i], -1);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"The key {wrong + 1} of the column '{label.Name}' is '{others[wrong]}', but class {wrong + 1} of the model is '{own[wrong]}'. "
                + "Transform all rows by the MapValueToKey that was fitted on the training rows.", nameof(label));
        }
    }

    /// <summary>Whether values of this type can be kept in a model.</summary>
    internal static bool Keeps(DataViewType itemType) => s_types.Contains(itemType);

    /// <exception cref="InvalidDataException">The type is not one of those that a model can hold.</exception>
    internal static KeyValues FromJson(JsonObject json)
    {
        string name = json.Text("type");
        var type = s_types.FirstOrDefault(t => t.ToString() == name)
            ?? throw new InvalidDataException(
                $"The model has class values of type '{Show.Text(name)}', which this version of GBlend.MLNet does not know. Update it.");
        return type is TextDataViewType
            ? new Typed<ReadOnlyMemory<char>>(type, [.. json.Texts("values").Select(v => v.AsMemory())])
            : GenericFactory.Create<KeyValues>(
                typeof(Typed<>), type.RawType, type, json["values"].Deserialize(type.RawType.MakeArrayType(), s_json)
                    ?? throw new JsonException("'values' is missing."));
    }

    private sealed class Typed<T>(PrimitiveDataViewType itemType, T[] values) : KeyValues
    {
        public Typed(PrimitiveDataViewType itemType, DataViewSchema.Annotations annotations, string kind) : this(itemType, Read(annotations, kind))
        {
        }

        internal override string[] Names =>
            [.. values.Select(v => Convert.ToString(v is ReadOnlyMemory<char> text ? text.ToString() : v, CultureInfo.InvariantCulture) ?? "")];

        internal override void AddTo(DataViewSchema.Annotations.Builder annotations, string kind) => annotations.Add(
            kind, new VectorDataViewType(itemType, values.Length), (ref VBuffer<T> value) => new VBuffer<T>(values.Length, values).CopyTo(ref value));

        internal override JsonObject ToJson() => new()
        {
            ["type"] = itemType.ToString(),
            ["values"] = itemType is TextDataViewType ? JsonSerializer.SerializeToNode(Names, s_json) : JsonSerializer.SerializeToNode(values, s_json),
        };

        private static T[] Read(DataViewSchema.Annotations annotations, string kind)
        {
            VBuffer<T> buffer = default;
            annotations.GetValue(kind, ref buffer);
            return [.. buffer.DenseValues()];
        }
    }
}
