// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: model_holes
 *
 * A hole is a time in which not everything was recorded. Either the records say so
 * themselves (a gap, records lost, a call missed), or it is known of their source.
 * What the model says of something is incomplete if that could have changed in a hole.
 */
#include "model/holes.h"
#include "model/state.h"

/* Two neighbours become one, with the cause of the first. */
static void make_room(struct model *model)
{
	struct model_hole *holes = model->holes;
	size_t i, at = 0;

	for (i = 0; i + 1 < model->nr_holes; i += 2, at++) {
		holes[at] = holes[i];
		holes[at].begin_ns = min_t(u64, holes[i].begin_ns,
					   holes[i + 1].begin_ns);
		if (holes[i + 1].end_ns > holes[at].end_ns)
			holes[at].end_ns = holes[i + 1].end_ns;
		holes[at].count += holes[i + 1].count;
	}
	model->nr_holes = at;
}

static struct model_hole *room_for_hole(struct model *model)
{
	if (!model->holes)
		model->holes = model_alloc(model, MODEL_MAX_HOLES *
						  sizeof(*model->holes));
	if (!model->holes)
		return NULL;
	if (model->nr_holes == MODEL_MAX_HOLES)
		make_room(model);
	return &model->holes[model->nr_holes++];
}

/* The hole that had begun already, and whose end is now known; or NULL */
static struct model_hole *open_hole(struct model *model,
				    enum model_hole_cause cause, u64 begin_ns)
{
	size_t i = model->nr_holes;

	while (i--)
		if (model->holes[i].cause == cause &&
		    model->holes[i].end_ns == ~0ULL &&
		    model->holes[i].begin_ns <= begin_ns)
			return &model->holes[i];
	return NULL;
}

/* An open hole may have ended. */
static void set_until(struct model *model)
{
	size_t i;

	model->hole_until_ns = 0;
	for (i = 0; i < model->nr_holes; i++)
		if (model->holes[i].end_ns > model->hole_until_ns)
			model->hole_until_ns = model->holes[i].end_ns;
}

/**
 * model_hole_add() - there was, or is, a time of which not everything is known
 * @model: the model
 * @hole: the hole; one of the same cause that is open ends with it
 *
 * Return: the hole as it is kept, or NULL.
 */
const struct model_hole *model_hole_add(struct model *model,
					const struct model_hole *hole)
{
	struct model_hole *room = open_hole(model, hole->cause, hole->begin_ns);
	u64 begin_ns = hole->begin_ns;
	bool was_open = room;

	if (room && room->begin_ns < begin_ns)
		begin_ns = room->begin_ns;
	model->told_holes++;
	if (!room)
		room = room_for_hole(model);
	if (!room)
		return NULL;
	*room = *hole;
	room->begin_ns = begin_ns;
	if (was_open)
		set_until(model);
	else if (room->end_ns > model->hole_until_ns)
		model->hole_until_ns = room->end_ns;
	return room;
}

/**
 * model_add_hole() - tell the model of a time of which records are missing
 * @model: the model
 * @cause: one that records do not tell: MODEL_HOLE_BEFORE, MODEL_HOLE_CHOSEN or
 *	MODEL_HOLE_DAMAGED
 * @begin_ns: since when; 0: always
 * @end_ns: until when; ~0: it goes on
 */
void model_add_hole(struct model *model, enum model_hole_cause cause,
		    u64 begin_ns, u64 end_ns)
{
	const struct model_hole hole = {
		.cause = cause,
		.begin_ns = begin_ns,
		.end_ns = end_ns,
	};

	model_hole_add(model, &hole);
}

/**
 * model_hole() - was everything recorded at that time?
 * @model: the model
 * @from_ns: begin of the time
 * @to_ns: its end
 *
 * Return: the first hole in that time, or NULL.
 */
const struct model_hole *model_hole(const struct model *model, u64 from_ns,
				    u64 to_ns)
{
	size_t i;

	for (i = 0; i < model->nr_holes; i++)
		if (model->holes[i].begin_ns <= to_ns &&
		    model->holes[i].end_ns >= from_ns)
			return &model->holes[i];
	return NULL;
}

/**
 * model_hole_of() - was everything recorded that may concern an object?
 * @model: the model
 * @object: the object: a hole may concern one object only
 * @from_ns: begin of the time
 * @to_ns: its end
 *
 * Return: a hole in that time, or NULL.
 */
const struct model_hole *model_hole_of(const struct model *model,
				       const struct model_object *object,
				       u64 from_ns, u64 to_ns)
{
	static const struct model_hole of_object = {
		.cause = MODEL_HOLE_MISSED,
		.end_ns = ~0ULL,
	};

	if (object->hole_ns && object->hole_ns <= to_ns)
		return &of_object;
	return model_hole(model, from_ns, to_ns);
}

/**
 * model_hole_since_made() - was everything recorded that an object went through?
 * @model: the model
 * @object: the object
 * @to_ns: up to then
 *
 * Return: a hole since it was made, or at any time if that was not seen; NULL: there
 * is none.
 */
const struct model_hole *model_hole_since_made(const struct model *model,
					       const struct model_object *object,
					       u64 to_ns)
{
	return model_hole_of(model, object, object->made.from == MODEL_RECORDED ?
					    object->made.time_ns : 0, to_ns);
}

/**
 * model_hole_of_life() - the same, up to its end, or now
 * @model: the model
 * @object: the object
 *
 * Return: as model_hole_since_made()
 */
const struct model_hole *model_hole_of_life(const struct model *model,
					    const struct model_object *object)
{
	u64 to_ns = model->sums.last_ns;

	if (object->state == MODEL_DESTROYED)
		to_ns = object->destroyed.from ? object->destroyed.time_ns :
						 object->rmid.time_ns;
	return model_hole_since_made(model, object, to_ns);
}

/**
 * model_holes() - all of them
 * @model: the model
 * @nr: out: how many
 *
 * Return: the holes, in the order in which they were reported.
 */
const struct model_hole *model_holes(const struct model *model, size_t *nr)
{
	*nr = model->nr_holes;
	return model->holes;
}

/**
 * model_whole_since() - since when has everything been recorded?
 * @model: the model
 *
 * Return: the end of the last hole, or the first record; ~0: there is a hole now.
 */
u64 model_whole_since(const struct model *model)
{
	return model->hole_until_ns ?: model->sums.first_ns;
}

/**
 * model_hole_text() - why not everything was recorded
 * @cause: enum model_hole_cause
 *
 * Return: for people, as a part of a sentence.
 */
const char *model_hole_text(enum model_hole_cause cause)
{
	switch (cause) {
	case MODEL_HOLE_LOAD:
		return "the module was not loaded";
	case MODEL_HOLE_PAUSE:
		return "the recorder was paused";
	case MODEL_HOLE_FTRACE:
		return "ftrace was off";
	case MODEL_HOLE_KPROBES:
		return "kprobes were off";
	case MODEL_HOLE_FILTER:
		return "a filter let only a part through";
	case MODEL_HOLE_BEFORE:
		return "there are no records of that time";
	case MODEL_HOLE_LOST:
		return "records were lost";
	case MODEL_HOLE_MISSED:
		return "a call could not be watched";
	case MODEL_HOLE_CHOSEN:
		return "only a part was written to the capture";
	case MODEL_HOLE_DAMAGED:
		return "the capture is damaged or cut off";
	case MODEL_HOLE_FOLDED:
		return "there was too much to remember";
	}
	return "not everything was recorded";
}
